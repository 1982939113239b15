-- The benchmark's Lua: calls, tables, strings, closures and numbers, in one checksum. N (1 by default) is the work.
local n = tonumber(arg and arg[1]) or 1
local function fib(k) return k < 2 and k or fib(k - 1) + fib(k - 2) end
local sum = fib(20 + n)
local list, seed = {}, 42
for i = 1, 3000 * n do
  seed = (seed * 1103515245 + 12345) % 2147483648
  list[i] = seed
end
table.sort(list)
for i = 1, #list, 7 do sum = (sum * 31 + list[i]) % 4294967296 end
local words = {}
for i = 1, 2000 * n do words[#words + 1] = ("%x"):format(i * 2654435761 % 4294967296) end
local text = table.concat(words, " ")
for word in text:gmatch("%x+") do sum = (sum + #word * 7) % 4294967296 end
sum = (sum + #text:gsub("[0-4]", "")) % 4294967296
local x, y = 0.1, 0.0
for i = 1, 20000 * n do
  y = math.sin(x) * 0.5 + math.sqrt(i)
  x = x * 1.0001 + y / (i + 1)
end
print(string.format("%08x %.17g", sum, x))
