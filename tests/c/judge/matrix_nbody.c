/* Floating-point workloads: LU with pivoting, n-body, mandelbrot, FFT, numeric integration. */
#include <complex.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#pragma STDC FP_CONTRACT OFF

static void lu(void) {
    enum { N = 24 };
    static double a[N][N], b[N];
    for (int i = 0; i < N; i++) {
        b[i] = i + 1;
        for (int j = 0; j < N; j++) a[i][j] = 1.0 / (1 + abs(i - j)) + (i == j);
    }
    for (int k = 0; k < N; k++)
        for (int i = k + 1; i < N; i++) {
            double f = a[i][k] / a[k][k];
            for (int j = k; j < N; j++) a[i][j] -= f * a[k][j];
            b[i] -= f * b[k];
        }
    for (int i = N - 1; i >= 0; i--) {
        for (int j = i + 1; j < N; j++) b[i] -= a[i][j] * b[j];
        b[i] /= a[i][i];
    }
    printf("lu %.17g %.17g\n", b[0], b[N - 1]);
}

static void nbody(void) {
    double x[3][3] = {{0, 0, 0}, {1, 0, 0.1}, {0, 2, -0.1}}, v[3][3] = {{0, 0, 0}, {0, 1, 0}, {-0.7, 0, 0.01}}, m[3] = {1, 1e-3, 2e-3};
    for (int step = 0; step < 2000; step++) {
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++) {
                if (i == j) continue;
                double d[3], r = 0;
                for (int k = 0; k < 3; k++) d[k] = x[j][k] - x[i][k], r += d[k] * d[k];
                r = m[j] / (r * sqrt(r)) * 0.001;
                for (int k = 0; k < 3; k++) v[i][k] += d[k] * r;
            }
        for (int i = 0; i < 9; i++) x[0][i] += v[0][i] * 0.001;
    }
    printf("nbody %.17g %.17g\n", x[1][0], x[2][1]);
}

static void mandelbrot(void) {
    uint32_t hash = 0;
    for (int y = -12; y <= 12; y++)
        for (int x = -20; x <= 10; x++) {
            double cr = x / 10.0, ci = y / 10.0, r = 0, i = 0;
            int n = 0;
            for (; n < 60 && r * r + i * i < 4; n++) {
                double t = r * r - i * i + cr;
                i = 2 * r * i + ci, r = t;
            }
            hash = hash * 31 + (uint32_t)n;
        }
    printf("mandelbrot %08x\n", (unsigned)hash);
}

static void fft(double complex *a, int n) {
    if (n == 1) return;
    double complex even[n / 2], odd[n / 2];
    for (int i = 0; i < n / 2; i++) even[i] = a[2 * i], odd[i] = a[2 * i + 1];
    fft(even, n / 2), fft(odd, n / 2);
    for (int k = 0; k < n / 2; k++) {
        double complex t = cexp(-2 * M_PI * I * k / n) * odd[k];
        a[k] = even[k] + t, a[k + n / 2] = even[k] - t;
    }
}

int main(void) {
    lu(), nbody(), mandelbrot();
    double complex signal[64];
    for (int i = 0; i < 64; i++) signal[i] = sin(i * 0.7) + 0.5 * cos(i * 1.3);
    fft(signal, 64);
    double power = 0;
    for (int i = 0; i < 64; i++) power += creal(signal[i]) * creal(signal[i]) + cimag(signal[i]) * cimag(signal[i]);
    printf("fft %.12g %.12g\n", creal(signal[7]), power);
    double integral = 0;
    for (int i = 0; i < 2000; i++) integral += exp(-pow((i + 0.5) / 500 - 2, 2)) / 500;
    printf("integral %.15g\n", integral);
    return 0;
}
