-- Lua with everything: closures, metatables, coroutines, strings, patterns, numbers, sorting, errors, collection.
print(_VERSION, select("#", ...), ...)
local function counter() local n = 0 return function() n = n + 1 return n end end
local a, b = counter(), counter()
print(a(), a(), b(), a())
print(10 // 3, -10 // 3, 10 % -3, 7.5 // 2, 2 ^ 0.5, 1e15, 1e16, 2 ^ 53, 1 / 0, -1 / 0, 0 / 0 ~= 0 / 0, 3 | 4, 7 & ~2, 1 << 62, 5 // 0.0)
print(math.maxinteger, math.mininteger, math.maxinteger + 1 == math.mininteger, math.type(1), math.type(1.0), 0x1p4, 1e308 * 10)
print(string.format("%5d|%-5s|%05.1f|%x|%q|%g|%a", 42, "ab", 3.14159, 255, 'a "quote"\n', 0.1, 1.0))
for _, f in ipairs { "sin", "cos", "tan", "exp", "sqrt", "log", "atan" } do io.write(f, " ", string.format("%.17g", math[f](0.7)), "\n") end
print(("hello world"):gsub("o", "0"), ("key = value"):match("^(%w+)%s*=%s*(%w+)$"), ("abc"):rep(3, "-"), ("%d"):format(3.0))
for word, n in ("one=1, two=2, three=3"):gmatch("(%w+)=(%d+)") do io.write(word, ":", n, " ") end
print(("x"):byte(), string.char(72, 105), ("abc"):reverse(), ("äöü"):len(), utf8.len("äöü"), utf8.char(0x20ac, 0x1f642))
local Vector = {}
Vector.__index = Vector
Vector.__add = function(p, q) return setmetatable({ p[1] + q[1], p[2] + q[2] }, Vector) end
Vector.__tostring = function(p) return "(" .. p[1] .. ", " .. p[2] .. ")" end
Vector.__eq = function(p, q) return p[1] == q[1] and p[2] == q[2] end
Vector.__lt = function(p, q) return p[1] < q[1] end
Vector.__call = function(p, k) return p[1] * k end
local function V(x, y) return setmetatable({ x, y }, Vector) end
print(tostring(V(1, 2) + V(3, 4.5)), V(1, 2) == V(1, 2), V(1, 0) < V(2, 0), V(7, 0)(6))
local function primes(n)
  return coroutine.wrap(function()
    local composite = {}
    for i = 2, n do
      if not composite[i] then
        coroutine.yield(i)
        for j = i * i, n, i do composite[j] = true end
      end
    end
  end)
end
local count, last = 0, 0
for p in primes(20000) do count, last = count + 1, p end
print(count, last)
local seed = 42
local function random() seed = (seed * 1103515245 + 12345) % 2147483648 return seed end
local list = {}
for i = 1, 3000 do list[i] = random() end
table.sort(list)
local ok = true
for i = 2, #list do ok = ok and list[i - 1] <= list[i] end
table.sort(list, function(x, y) return x % 1000 > y % 1000 end)
print(ok, list[1] % 1000, #list, table.concat({ 1, 2, 3 }, "+"), table.unpack({ 4, 5, 6 }))
print(pcall(error, { code = 7 }), pcall(error, "text", 0), select(2, pcall(function() local x = nil; return x.field end)))
print(select(2, pcall(function() return 1 + {} end)), select(2, pcall(function() error("deep") end)))
local weak = setmetatable({}, { __mode = "k" })
for i = 1, 100 do weak[{}] = i end
collectgarbage()
local left = 0
for _ in pairs(weak) do left = left + 1 end
print("weak", left, collectgarbage("count") < 2000)
local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end
print(fib(22), load("return 6 * 7")(), #string.dump(fib) > 100)
local text = {}
for i = 1, 2000 do text[#text + 1] = i % 7 == 0 and "lucky" or tostring(i * i) end
local joined = table.concat(text, " ")
print(#joined, select(2, joined:gsub("lucky", "")), joined:find("1764 "), joined:sub(-7))
do local closed <close> = setmetatable({}, { __close = function() print("closed") end }) end
goto done
print("never")
::done::
local file = io.tmpfile()
file:write("line 1\nline 2\n", 3, "\n")
file:seek("set")
for line in file:lines() do io.write("[", line, "]") end
print(os.time { year = 2024, month = 2, day = 29, hour = 12 } ~= nil, os.date("!%Y-%m-%d", 86400), os.getenv("NOTHING"))
print(string.pack("<i4 d s1", 7, 0.5, "abc"):byte(1, -1))
