# What bash does without any other program: data, patterns, processes, pipes. The same output on every machine.
shopt -s extglob
echo == data
declare -a list=({a..e}{1..3}); echo "${#list[@]} ${list[@]:3:4} ${list[-1]}"; list[20]=far; echo "${!list[@]}" ; unset 'list[0]'; echo "${list[*]/#a/A}"
declare -A map=([one]=1 [two]=2 ["three four"]=34); for key in one two "three four"; do echo "$key=${map[$key]}"; done; echo "${#map[@]}"
declare -i n=6*7; declare -l low=MiXeD; declare -r fixed=1; declare -n ref=n; ref+=1; echo "$n $low ${low^^} ${low^} $fixed"
text='the quick brown fox'; echo "${text//o/0} ${text#* } ${text%% *} ${text:4:5} ${text@Q} ${#text} ${text/+([a-z])/X}"
printf -v line '%08.3f|%-6s|%+d|%x|%q|%(%Y-%m-%d)T' 3.14159 ab 7 255 "it's" 86400; echo "$line"
echo $((2 ** 62)) $((-17 % 5)) $((16#ff + 8#17 + 2#101)) $((n > 40 ? 1 : 0)) $(( (n += 2) * 3, n )) "$((0x7fffffffffffffff + 1))"
mapfile -t lines <<< $'first\nsecond\nthird'; echo "${lines[1]} ${#lines[@]}"; read -r -a words -d '' <<< "$text"; echo "${words[2]}"
IFS=, read -r a b rest <<< 1,2,3,4; echo "$a|$b|$rest"; printf '%s\n' "$(<"$0")" | { read -r first; echo "$first"; }
echo == patterns
[[ 2024-02-29 =~ ^([0-9]+)-([0-9]+)-([0-9]+)$ ]] && echo "${BASH_REMATCH[@]:1}"; [[ abcabc == +(abc) ]] && echo repeated; [[ b > a && ! -e /none ]]; echo $?
case file.tar.gz in !(*.zip)) echo "no zip" ;;& *.gz) echo gz ;& never) echo through ;; esac; echo {1..10..3} {z..w} x{,y,z}
echo == functions
fib() { (($1 < 2)) && { echo "$1"; return; }; echo $(($(fib $(($1 - 1))) + $(fib $(($1 - 2))))); }; fib 10
hanoi() { (($1)) || return; hanoi $(($1 - 1)) "$2" "$4" "$3"; ((moves++)); hanoi $(($1 - 1)) "$4" "$3" "$2"; }; moves=0; hanoi 10 a b c; echo "$moves moves"
primes=(); for ((i = 2; i < 400; i++)); do for p in "${primes[@]}"; do ((p * p > i)) && break; ((i % p)) || continue 2; done; primes+=("$i"); done; echo "${#primes[@]} ${primes[-1]}"
outer() { local x=1; inner; echo "x=$x"; }; inner() { x=2; echo "${FUNCNAME[*]} ${BASH_LINENO[0]}"; }; outer; fail() { return 3; }; fail || echo "returned $?"
getopts_test() { local OPTIND option; while getopts ab:c option; do echo "$option ${OPTARG-}"; done; shift $((OPTIND - 1)); echo "left $*"; }; getopts_test -a -b value -c rest of it
echo == processes
(exit 4); echo $?; (kill -TERM $BASHPID) 2> /dev/null; echo $?; true | false | true; echo "${PIPESTATUS[*]}"; set -o pipefail; false | true; echo $?
trap 'echo "USR1 in $FUNCNAME"' USR1; signalled() { kill -USR1 $$; }; signalled; trap - USR1; trap 'echo ERR' ERR; false; trap - ERR; (trap 'echo EXIT' EXIT)
while read -r word; do echo "<$word>"; done < <(printf '%s\n' process substitution); read -r joined < <(printf '%s ' {1..5}); echo "$joined"
cat_() { while IFS= read -r l; do printf '%s\n' "$l"; done; }; { echo out; echo err >&2; } 2>&1 > >(cat_) | cat_; wait
coproc { while read -r question; do echo "answer to $question"; done; }; echo one >&"${COPROC[1]}"; read -r answer <&"${COPROC[0]}"; echo "$answer"; exec {COPROC[1]}>&-; wait "$COPROC_PID"; echo "coproc $?"
for i in 1 2 3; do (exit "$i") & pids+=($!); done; for pid in "${pids[@]}"; do wait "$pid"; echo "wait $?"; done
set -m; (kill -STOP $BASHPID; exit 9) & wait $!; echo "stopped: $(($? - 128 == 19))"; kill -CONT %1; wait $!; echo "went on: $?"; set +m
exec 5<> <(:) 6>&1; echo to six >&6; exec 5>&- 6>&-; ulimit -n 200; ulimit -n; umask 077; umask -S; echo "${BASH_SUBSHELL} $( (echo $BASH_SUBSHELL) ) $SHLVL"
exec 7<> <(:); read -t 0.1 -r nothing <&7; echo "read $?"; exec 7>&-; type -t type fib while none; command -v echo; eval "$(declare -f fail)"; fail; echo $?
