# What BusyBox's tools do with each other: pipes, files, archives, processes. The same output on every machine.
folder=$(mktemp -d) && cd "$folder" && mkdir work bin || exit 1
self=$(readlink "/proc/$$/exe"); for tool in gzip bzip2; do ln -s "$self" "bin/$tool"; done; PATH=$folder/bin; cd work

echo == text
seq 1 200 | awk '{ print $1, $1 * $1 % 97, $1 % 3 ? $1 % 5 ? "-" : "buzz" : "fizz" }' > table
sort -k2,2n -k1,1nr table | head -n 4
cut -d' ' -f3 table | sort | uniq -c | sort -rn | sed 's/^ *//'
sed -n '/fizz/{s/\([0-9]*\) \([0-9]*\)/\2 \1/;p;}' table | tail -n 2
grep -c 9 table; grep -nE '^(1|20)0 ' table; grep -q nothing table; echo "grep: $?"
seq 5 | tac | tee copy | tr 1-5 a-e | paste -s -d+ -; xargs -n 2 echo pair < copy
printf '%05d|%-5s|%x|%c\n' 42 left 255 char; expr 6 \* 7; echo 'scale=30; sqrt(2)' | bc; echo '2 100 ^ p' | dc; factor 1234567891011
awk 'BEGIN { for (i = 1; i < 6; i++) { s = s sprintf("%.3f ", i / 7); a[i % 2] += i }; print s, a[0], a[1], length(s), substr(s, 3, 5), toupper("x") }'
date -u -d @1234567890 '+%Y-%m-%d %H:%M:%S'; cal 2 2024 | tail -n 3
printf '1,2p\n2s/4/four/\n2p\nw\nq\n' | ed copy

echo == digests and archives
wc table; for sum in md5sum sha1sum sha256sum sha512sum sha3sum; do $sum table | cut -c1-40; done
od -An -tx1 table | head -n 2; hexdump -C table | tail -n 2; base64 table | tail -n 1; head -c 40 table | uuencode name
dd if=/dev/zero bs=1k count=300 2>/dev/null | tr '\0' z > big
gzip -k table; gunzip -c table.gz | cmp - table && echo gzip; bzip2 -k table; bunzip2 -c table.bz2 | cmp - table && echo bzip2
tar -czf all.tgz table big; tar -tzf all.tgz; mkdir out; tar -xzf all.tgz -C out; cmp out/big big && cmp out/table table && echo tar
printf 'table\nbig\n' | cpio -o -H newc 2>/dev/null > all.cpio; (mkdir cpio && cd cpio && cpio -i < ../all.cpio 2>/dev/null; ls)

echo == files
mkdir -p tree/a/b tree/c; echo one > tree/a/1; touch tree/a/b/2; ln -s ../a/1 tree/c/link; ln tree/a/1 tree/c/hard; mkfifo tree/pipe
find tree | sort; find tree -type l; find tree -links 2 -type f | sort; stat -c '%F, %h links, %s bytes' tree/c/hard; readlink tree/c/link
chmod 4751 tree/a/1; ls -l tree/a | sed 1d | cut -c1-10; umask 027; touch new; stat -c %a new; cat tree/c/link; mv tree/a tree/d; cp -a tree/d tree/e; ls -R tree
rm -r tree/d; rmdir tree/e 2>/dev/null || echo "rmdir: not empty"; test -e tree/c/link || echo dangling; realpath tree/../big | sed 's/.*work/work/'; ls -l tree | sed 1d | cut -c1-10
printf 'one\ntwo\nthree\n' > x; printf 'one\n2\nthree\nfour\n' > y; diff x y; diff -u x y > changes; patch x < changes; cmp x y && echo patched
truncate -s 5000 hole; wc -c < hole; fold -w 20 table | head -n 2; find . -name '*.bz2' -exec basename {} .bz2 \;

echo == the shell
factorial() { local n=$1; [ "$n" -le 1 ] && echo 1 || echo $((n * $(factorial $((n - 1))))); }
factorial 12; echo "$((1 << 40)) $((-7 / 2)) $((0x7fffffffffffffff + 1))"
cat << END
here is $(echo "a $(echo "nested $((6 * 7))")") document with \$dollars and ${missing:-a default}
END
set -- a 'b c' d; for word; do echo "<$word>"; done; path=/usr/lib/name.tar.gz; echo "${path##*/} ${path%%.*} ${#path} $#"
case $path in *.zip) echo zip ;; *.tar.?z) echo archive ;; esac; IFS=:; set -- $(echo 1:2:3); echo "$3"; unset IFS
while read -r number rest; do [ "$number" = 7 ] && echo "seven: $rest" && break; done < table
eval 'x$((1))=indirect' 2> /dev/null || echo "no such command"; echo t* x?; echo "$(printf 'kept\n\n')end"

echo == processes
(sleep 0.2; echo second) & echo first; wait $!; echo "third $?"
(exit 3); echo $?; sh -c 'kill -9 $$' 2> /dev/null; echo $?; sh -c 'trap "echo bye; exit 5" TERM; kill $$'; echo $?
trap 'echo caught' USR1; kill -USR1 $$; trap - USR1; (trap 'echo at the end' EXIT; echo before)
(echo through the fifo > tree/pipe) & cat tree/pipe; wait; yes | head -n 2; timeout 1 sleep 10; echo "timeout: $?"
seq 20000 | sort -rn | head -n 1; env -i A=1 B=2 env | sort; exec 3> log; echo logged >&3; exec 3>&-; cat log
sh -c 'echo $PPID' | grep -qx $$ && echo "parent of the shell"; usleep 1000; mktemp -u XXXXXX | wc -c; (set -e; false; echo never); echo "set -e: $?"
cd / && rm -r "$folder" && test ! -e "$folder" && echo clean
