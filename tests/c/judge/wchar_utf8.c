/* Wide characters: UTF-8 in and out, wide printf, classification, conversions, invalid sequences. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

int main(void) {
    setlocale(LC_ALL, "C.UTF-8");
    const char *text = "Grüße, мир, 世界 🙂";
    wchar_t wide[64];
    size_t count = mbstowcs(wide, text, 64);
    printf("%zu bytes, %zu characters, longest %d\n", strlen(text), count, (int)MB_CUR_MAX);
    for (size_t i = 0; i < count; i++) printf("%x%c", (unsigned)wide[i], i + 1 < count ? ' ' : '\n');
    for (size_t i = 0; i < count; i++) wide[i] = towupper(wide[i]);
    char back[100];
    wcstombs(back, wide, sizeof back);
    printf("%s\n", back);
    printf("%ls|%8.3ls|%lc\n", L"wide", L"слово", (wint_t)0x20ac);
    wchar_t out[50];
    swprintf(out, 50, L"%d %s %ls", 42, "narrow", L"wide");
    printf("%ls %zu %d\n", out, wcslen(out), wcscmp(L"abc", L"abd") < 0);
    printf("%ls %ls %zu\n", wcschr(L"a=b", L'='), wcsstr(L"finding", L"din"), wcsspn(L"112x", L"12"));
    mbstate_t state = {0};
    wchar_t c;
    const char *bad[] = {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"};
    for (int i = 0; i < 5; i++) {
        memset(&state, 0, sizeof state);
        errno = 0;
        size_t got = mbrtowc(&c, bad[i], strlen(bad[i]), &state);
        printf("%d %d\n", got == (size_t)-1 ? -1 : got == (size_t)-2 ? -2 : (int)got, errno == EILSEQ);
    }
    printf("%d %d %d %d\n", iswalpha(L'ж') != 0, iswdigit(L'5') != 0, iswspace(0x3000) != 0, wcwidth(L'世'));
    wchar_t *end;
    printf("%ld %.3f\n", wcstol(L"  -77x", &end, 10), wcstod(L"2.5e1", &end));
    return 0;
}
