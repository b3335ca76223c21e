"""Small templates for chat_templates.py: what is easy to get wrong in jinja2, under transformers' environment."""

from transformers.utils import chat_template_utils

VARIABLES = {
    "s": "Ab c", "n": 3, "f": 2.5, "none_": None, "yes": True, "no": False, "xs": [3, 1, 2], "empty": [],
    "d": {"b": 1, "items": "own", "A": {"x": [1, {"y": "z"}]}}, "people": [
        {"name": "Zoe", "age": 3, "tags": ["a"]}, {"name": "adam", "age": 2}, {"name": "Bea", "age": None}],
    "u": "e\u0301ß👩‍👧 İ", "ws": "\u3000\x1c a \u0085",
}

EXPRESSIONS = r"""
{{ none }} {{ true }} {{ True }} {{ None }} {{ undefined_thing }}|
{{ 1.0 }} {{ 1e16 }} {{ 1e15 }} {{ 123456789.125 }} {{ 1e-5 }} {{ 0.0001 }} {{ 1e300 * 1e10 }} {{ 2.50 }} {{ 1e22 }} {{ 0.1 + 0.2 }} {{ -0.0 }}
{{ [none, true, 1, 'it\'s', "q\"", 'both \' and "', '\n\t\\', 'é\u200b\x00'] }} {{ () }} {{ (1,) }} {{ (1, 2) }} {{ {'a': [], 1: none} }}
{{ s + 1 }}
{{ s + none_ }}
{{ s + missing }}
{{ s ~ 1 ~ none_ ~ missing ~ true }}
{{ 'ab' * 2 }} {{ 2 * 'ab' }} {{ 'ab' * -1 }}| {{ [1] * 3 }} {{ [1] + [2] }} {{ (1,) + (2,) }}
{{ [1] + (2,) }}
{{ 1 == true }} {{ 1 + true }} {{ 1.0 == 1 }} {{ '1' == 1 }} {{ none == false }} {{ missing == none }} {{ missing == missing2 }}
{{ 'a' ~ 1 + 2 }}
{{ 'a' ~ (1 + 2) }} {{ 'x' + 1 ~ 'y' }} {{ 1 ~ 2 * 3 }}
{{ 'a ' + ' b ' | trim + 'c' }} {{ -3 | abs }} {{ (-3) | abs }} {{ not s is defined }} {{ not 'A' in s }} {{ 'A' not in s }} {{ not missing is defined }}
{{ 1 or 2 }} {{ 0 or '' }}| {{ 0 and 1 }} {{ 2 and 3 }} {{ none or 'x' }} {{ not '' }}
{{ 1 if no }}| {{ 'a' if no else 'b' if yes else 'c' }} {{ (1 if no) is defined }}
{{ missing.attribute }}
{{ missing['x'] }}
{{ missing() }}
{{ missing | length }} {{ missing | list }} {{ missing | join(',') }}| {{ missing | trim }}| {{ 'x' in missing }} {{ missing | items | list }} {% for x in missing %}x{% endfor %}| {{ missing is iterable }} {{ missing is sequence }} {{ missing is string }} {{ missing is none }}
{{ missing | tojson }}
{{ missing < 1 }}
{{ missing | default('d') }} {{ '' | default('d') }}| {{ '' | default('d', true) }} {{ none_ | default('d') }} {{ none_ | default('d', boolean=true) }} {{ missing | default }}|
{{ none_.foo is defined }} {{ s.foo is defined }} {{ s['foo'] is defined }} {{ 5 .foo is defined }} {{ none_['a'] is defined }}
{{ none_.foo.bar }}
{{ xs[5] is defined }} {{ xs[-1] }} {{ xs[-4] is defined }} {{ xs[1:10] }} {{ xs[::-1] }} {{ xs[-2:] }} {{ s[1:3] }} {{ s[::2] }} {{ s[-1] }} {{ xs[5:] }} {{ none_[1:] is defined }} {{ (1, 2, 3)[1:] }} {{ xs[true] }} {{ 'abc'[5:1:-1] }}| {{ xs[:-1] }} {{ xs[2:0:-1] }}
{{ d.b }} {{ d['b'] }} {{ d['items'] }} {{ d.items() | list | length }} {{ d.get('b') }} {{ d.get('q') }} {{ d.get('q', 5) }} {{ d.keys() | list }} {{ d.values() | list }} {{ d.A.x[1].y }} {{ d['A']['x'][0] }} {{ d.nope is defined }}
{{ d.items }}
{{ d.pop('b') }}
{{ xs.append(1) }}
{{ xs.append is defined }} {{ xs.index(1) }} {{ xs.count(3) }}
{{ s.__class__ }}|{{ s._x is defined }}
{{ s.__class__.__mro__ }}
{{ s.upper() }} {{ s.lower() }} {{ 'heLLo wORLD' | capitalize }} {{ 'heLLo'.capitalize() }} {{ "they're bill's-friends" | title }} {{ "they're bill's-friends".title() }} {{ 'ß' | upper }} {{ 'ΑΣ' | lower }} {{ 'ǆ' | capitalize }} {{ 'İ' | lower | length }}
{{ u | length }} {{ u[1] }} {{ u[::-1] | length }} {{ 'é' == 'e\u0301' }} {{ u[:2] == 'e\u0301' }} {{ {'é': 1}['e\u0301'] is defined }} {{ 'é' in u }}
{{ ws.strip() }}| {{ ws | trim }}| {{ '--a-'.strip('-') }} {{ 'xyabcyx'.strip('xy') }} {{ '\n a'.lstrip('\n') }}| {{ 'a\n\n'.rstrip('\n') }}| {{ 'aXa'.strip('a') }} {{ ' a '.strip(none) }}|
{{ ''.split(',') }} {{ 'a,b,,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a b c'.split(' ', 1) }} {{ 'a b c'.split(none, 1) }} {{ 'a-b-c'.rsplit('-', 1) }} {{ 'abc'.split('b')[-1] }} {{ 'a\nb\r\nc'.splitlines() }} {{ 'k=v'.partition('=') }}
{{ 'a'.split('') }}
{{ 'aaa'.replace('a', 'b', 2) }} {{ 'aaa' | replace('a', 'b', 1) }} {{ 'ab'.replace('', '-') }} {{ 1 | replace('1', 'x') }}
{{ s.startswith('A') }} {{ s.startswith(('x', 'A')) }} {{ s.endswith('c') }} {{ s.find('z') }} {{ 'a%sb' % 1 }} {{ '%s-%s' % ('x', 2) }} {{ '%d%%' % 3.7 }} {{ '%05.1f|%-4s|%+d' % (2.25, 'a', 3) }} {{ '%(k)s' % {'k': 1} }} {{ '%r' % 'a' }} {{ '%x' % 255 }}
{{ '%s' % (1, 2) }}
{{ '{} {}'.format(1, 'a') }} {{ '{1}{0}{x}'.format(1, 2, x=3) }} {{ '{{}}'.format() }} {{ '{:>5}|{:<4}|{:^5}|{:03d}|{:.2f}'.format('a', 'b', 'c', 7, 1.005) }}
{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 7 / 2 }} {{ 4 / 2 }} {{ 2 ** 3 ** 2 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }} {{ 3 - -2 }} {{ - 2 ** 2 }} {{ +n }}
{{ 1 / 0 }}
{{ 1 < 2 < 3 }} {{ 1 < 2 > 3 }} {{ 'a' < 'b' }} {{ 'B' < 'a' }} {{ [1, 2] < [1, 3] }} {{ 1 in [1.0] }} {{ 'b' in d }} {{ '' in 'x' }} {{ 1 <= 1.0 }} {{ 2 >= 3 }}
{{ 1 < 'a' }}
{{ none_ in 'abc' }}
{{ 1 in 5 }}
{{ true is number }} {{ 1 is boolean }} {{ 1 is true }} {{ true is true }} {{ 1 is integer }} {{ true is integer }} {{ 1.0 is float }} {{ s is mapping }} {{ d is mapping }} {{ s is iterable }} {{ s is sequence }} {{ d is sequence }} {{ n is iterable }} {{ none_ is none }} {{ d.items() is sequence }} {{ d.items() is iterable }} {{ range(2) is sequence }}
{{ 3 is odd }} {{ 4 is even }} {{ 9 is divisibleby 3 }} {{ 9 is divisibleby(2) }} {{ 'a' is in ['a'] }} {{ 'A' is upper }} {{ 'a1' is lower }} {{ 1 is eq 1 }} {{ 1 is sameas 1 }} {{ 2 is gt 1 }} {{ range is callable }} {{ 'trim' is filter }} {{ 'nope' is filter }} {{ 1 is not none }} {{ 3 is not odd }}
{{ 1 is nosuchtest }}
{{ 1 | nosuchfilter }}
{% if no %}{{ 1 | nosuchfilter }}{{ 1 is nosuchtest }}{% endif %}ok
{{ people | map(attribute='name') | join(', ') }} {{ people | map(attribute='tags.0') | list }} {{ people | map(attribute='tags', default='-') | list }} {{ people | selectattr('age') | map(attribute='name') | list }} {{ people | selectattr('age', 'gt', 2) | list | length }}
{{ people | rejectattr('age', 'none') | map(attribute='name') | list }} {{ people | selectattr('tags', 'defined') | list | length }} {{ people | rejectattr('tags', 'undefined') | list | length }} {{ xs | select('odd') | list }} {{ xs | reject('equalto', 1) | list }} {{ [0, 1, ''] | select | list }} {{ xs | select('in', [1, 2]) | list }}
{{ people | sort(attribute='name') | map(attribute='name') | list }} {{ people | sort(attribute='name', case_sensitive=true) | map(attribute='name') | list }} {{ xs | sort }} {{ xs | sort(reverse=true) }} {{ ['b', 'A', 'c'] | sort }} {{ ['b', 'A', 'c'] | sort(case_sensitive=true) }}
{{ people | sort(attribute='age') | list }}
{{ people | map(attribute='name') }}{{ 1 | nosuchfilter }}
{{ {'b': 1, 'A': 2, 'c': 0} | dictsort }} {{ {'b': 1, 'A': 2, 'c': 0} | dictsort(true) }} {{ {'b': 1, 'A': 2} | dictsort(by='value') }} {{ {'b': 1, 'A': 2} | dictsort(reverse=true) }}
{{ ['a', 'A', 'b', 'a'] | unique | list }} {{ [1, 1.0, true, 2] | unique | list }} {{ xs | min }} {{ xs | max }} {{ people | map(attribute='name') | max }} {{ xs | sum }} {{ xs | first }} {{ xs | last }} {{ empty | first is defined }} {{ 'abc' | first }} {{ 'abc' | last }} {{ xs | reverse | list }} {{ 'abc' | reverse }} {{ xs | length }} {{ d | length }} {{ 'abc' | list }} {{ d | list }}
{{ 5 | length }}
{{ s | items }}
{{ '3' | int }} {{ '3.9' | int }} {{ 'x' | int }} {{ 'x' | int(7) }} {{ ' 4_2 ' | int }} {{ 3.9 | int }} {{ 'ff' | int(base=16) }} {{ none_ | int }} {{ '2.5' | float }} {{ 'x' | float }} {{ 3 | float }} {{ 2.5 | round }} {{ 3.5 | round }} {{ 2.675 | round(2) }} {{ 2.1 | round(0, 'ceil') }} {{ 7 | string }} {{ none_ | string }} {{ 1 | string | length }}
{{ 'a\nb\n\nc' | indent }}| {{ 'a\nb' | indent(2, true) }} {{ 'a\n\nb' | indent('> ', blank=true) }} {{ 'a\nb' | indent(width=1, first=True) }} {{ 'a\n' | indent(2) }}|
{{ xs | join }} {{ xs | join(', ') }} {{ [1, none, missing, 'x'] | join('-') }} {{ people | join('/', attribute='name') }} {{ xs | batch(2) | list }} {{ 'a b-c' | wordcount }}
{{ d | tojson }} {{ [1, 2.0, none, true, 'é\u2028<&>\'"\n\x01\x7f'] | tojson }} {{ d | tojson(indent=2) }} {{ [] | tojson(indent=2) }} {{ {} | tojson(indent=4) }} {{ [[], {}] | tojson(indent=1) }} {{ d | tojson(sort_keys=true) }} {{ 'é👩' | tojson(ensure_ascii=true) }} {{ [1, 2] | tojson(separators=(',', ':')) }} {{ (1, 2) | tojson }} {{ 1e20 | tojson }} {{ {1: 2, none: 3, true: 4} | tojson }} {{ [1] | tojson(indent=none) }}
{{ people | map(attribute='x') | tojson }}
{{ '<b>' | safe }} {{ ('<b>' | safe) + '<i>' }} {{ '<i>' + ('<b>' | safe) }} {{ ('<b>' | safe) ~ '<i>' }} {{ '<&"\'>' | escape }} {{ '<' | e }} {{ ('<' | safe) is escaped }} {{ ('<' | safe) is string }}
{{ range(3) | list }} {{ range(1, 4) | list }} {{ range(5, 0, -2) | list }} {{ range(0) | list }} {{ range(3) | length }} {{ range(3)[1] }} {{ range(2, 5) }}
{{ range(100001) | length }}
{{ 'x' | attr('upper') is defined }} {{ d | attr('b') is defined }} {{ xs | map('string') | join }} {{ ['a'] | map('upper') | list }} {{ ['a b'] | map('replace', ' ', '_') | list }}
{{ raise_exception('no') }}
{{ 'a' 'b' "c" }} {{ '\x41\u00e9\101\q\'' }} {{ "tab\there" }} {{ 'line\
joined' }}
{{ 0x1F }} {{ 0b11 }} {{ 0o17 }} {{ 1_000 }} {{ 1e3 }} {{ 1.5e-3 }} {{ [1, 2,] }} {{ (1, 2,) }} {{ {'a': 1,} }} {{ 1, 2 }} {{ xs.0 }} {{ (xs)[0] }} {{ 'abc'[1] }}
{% set x = 1 %}{% for i in [1, 2] %}{{ x }}{% set x = x + 1 %}{{ x }}{% endfor %}{{ x }}
{% set ns = namespace(x=1, y='a') %}{% for i in [1, 2] %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}{{ ns.y }}{{ ns.z is defined }}{% set ns.z = 1 %}{{ ns.z }}{{ ns['x'] is defined }}
{% set ns = namespace() %}{% set ns._x = 1 %}
{% set ns = {'a': 1} %}{% set ns.a = 2 %}
{% set a, b = (1, 2) %}{{ a }}{{ b }}{% set (c, e) = [3, 4] %}{{ c }}{{ e }}{% set t = 1, 2 %}{{ t }}
{% set a, b = [1] %}
{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}
{% for x in xs if x > 1 %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.previtem }}{{ loop.nextitem }};{% else %}none{% endfor %}{% for x in empty %}{% else %}none{% endfor %}
{% for x in xs %}{% if loop.previtem is defined %}{{ loop.previtem }}{% endif %}{% if loop.nextitem is undefined %}last{% endif %}{{ loop.cycle('a', 'b') }}{{ loop.changed(x > 1) }}{{ loop.revindex }}{{ loop.depth }}{% endfor %}
{% for x in xs %}{% for y in [1, 2] %}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}{{ loop is defined }}
{% for x in range(10) %}{% if x == 2 %}{% continue %}{% endif %}{% if x == 5 %}{% break %}{% endif %}{{ x }}{{ loop.index }}{% endfor %}
{% for x in xs %}{% set y = x %}{% endfor %}{{ y is defined }}{% if yes %}{% set z = 1 %}{% endif %}{{ z }}{% for x in xs %}{% if loop.first %}{% set q = 5 %}{% endif %}{{ q is defined }}{% endfor %}
{% for x in xs %}{{ x }}{% set xs = [9] %}{% endfor %}{{ xs }}{% set xs = xs[1:] %}{{ xs }}{% for x in xs %}{{ x }}{% endfor %}
{% for c in 'aé' %}{{ c }}.{% endfor %}{% for k in d %}{{ k }}.{% endfor %}
{% for x in 5 %}{% endfor %}
{% macro m(a, b=2, c=b) %}{{ a }}{{ b }}{{ c }}{{ s }}{% endmacro %}{{ m(1) }} {{ m(1, 3) }} {{ m(b=1, a=0) }} {{ m() }} {% set s = 'later' %}{{ m(1) }} {{ m.name }} {{ m.arguments }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(b=2) }}
{% macro m(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, x=3) }} {{ m() }}
{% macro m() %}{{ x is defined }}{{ loop is defined }}{{ y is defined }}{% endmacro %}{% for x in [1] %}{% set y = 1 %}{{ m() }}{% endfor %}
{% for x in [1, 2] %}{% macro m() %}{{ x }}{% endmacro %}{{ m() }}{% endfor %}{{ m is defined }}
{% macro r(n) %}{{ n }}{% if n > 0 %}{{ r(n - 1) }}{% endif %}{% endmacro %}{{ r(3) }}{% set out = r(1) %}{{ out | length }}{{ out is string }}
{% macro m() %}[{{ caller('x') }}]{% endmacro %}{% call(v) m() %}{{ v }}{{ n }}{% endcall %}
{% macro m() %}[{{ caller() }}]{% endmacro %}{{ m() }}
{% set ns = namespace(a=[]) %}{% macro add(x) %}{% set ns.a = ns.a + [x] %}{% endmacro %}{{ add(1) }}{{ add(2) }}{{ ns.a }}
{% set x %}a{{ n }}{% endset %}{{ x }}{{ x is string }}{% set y | upper | trim %} b {% endset %}{{ y }}
{% filter upper | replace('A', 'x') %}abc{{ s }}{% endfilter %}
{% generation %}{{ s }}{% set inner = 1 %}{% endgeneration %}{{ inner is defined }}{% for x in xs %}{% generation %}{{ loop.index }}{{ x }}{% endgeneration %}{% endfor %}
{{ xs | tojson | length }} {{ (xs | string)[0] }} {{ [xs, d] | string | length }} {{ dict(a=1) }} {{ dict({'a': 1}, b=2) }} {{ dict([('x', 1)]) }} {{ namespace is callable }}
{{ [1, 2] == [1, 2] }} {{ {'a': 1} == {'a': 1.0} }} {{ (1, 2) == [1, 2] }} {{ range(2) == range(2) }} {{ people[0] == people[0] }} {{ {1: 'a'}[true] }}
{{ strftime_now('%Y-%m-%d') }} {{ strftime_now('%d %b %Y') }} {{ strftime_now('%B %d, %Y, %A %j %y %e %H') }}
{{ 'a' if }}
{{ }}
{% if %}{% endif %}
{% for x in xs %}
{% endif %}
{{ 'open }}
{{ (1 }}
{% nosuchtag %}
{{ {'a': 1}.a }} {{ [1, [2, 3]][1][0] }} {{ ('a', 'b')[1] }} {{ "%s" | format(1) }} {{ s | wordcount }} {{ 'abc' | upper | lower | capitalize }} {{ ' a ' | trim | length }} {{ '*a*' | trim('*') }}
{{ 'abc' is string and 1 is number or missing.x }}
{{ n is defined and n > 2 }} {{ missing is defined and missing.x }} {{ (missing or {}).get('x', 'dflt') }}
{{ 'x' * 3 ~ 1 }} {{ 1 + 2 * 3 - 4 }} {{ (1 + 2) * 3 }} {{ 10 - 3 - 2 }} {{ 2 * 3 % 4 }} {{ not true and false }} {{ true or false and false }} {{ not 1 == 2 }}
{# comment #}a{#- tight -#} b {# one #}
c {#- #} d
  {# indented #}
e
  {% if true %}
    x
  {% endif %}
y {%- if true -%} z {%- endif %} w {%+ if true %} v {% endif +%}
end
{{ '{{' }}{% raw %}{{ x }}{% if %}{% endraw %}{{ '%}' }}{%- raw -%} a {%- endraw -%} b
{% macro m() %}{{ s }}{{ n }}{% endmacro %}{{ m() }}{% set s = 'own' %}{% if yes %}{% set n = 'branch' %}{% endif %}{{ m() }}{{ s }}
{% for x in xs %}{{ s }}{% endfor %}{% set s = s ~ '!' %}{{ s }}{% for x in xs %}{{ f }}{% endfor %}{% set f = 1 %}{{ f }}
{{ none_[1:] }}
{{ d.items()[1:] }}
{{ [1] in d }}
{{ d.get([1]) }}
{{ d[[1]] is defined }} {{ d.update is defined }} {{ {'update': 1}.update is defined }} {{ {'update': 1}['update'] }} {{ (1, 2).count(1) }} {{ xs.clear is defined }}
{{ d.setdefault('q', 1) }}
{{ 7 | round }} {{ true | round }} {{ -0.5 | round(0, 'ceil') }} {{ '0x1f' | int }} {{ '0b11' | int(0, 2) }} {{ '1__0' | int }} {{ '_1' | int }} {{ '1_0' | float }} {{ '0x1p3' | float }} {{ 'nan(0x1)' | float }} {{ '1.' | float }} {{ '.5' | float }} {{ '+3' | int }} {{ '+-3' | int }} {{ missing is callable }}
{{ xs | batch(2, none) | list }} {{ people | map(attribute='tags.0', default='-') | list }} {{ ' a  b  c '.split(none, 1) }} {{ ' a  b  c '.split(maxsplit=0) }} {{ '%.3d' % 5 }} {{ '%5.3d|' % -5 }} {{ 1 is filter }} {{ 'center' is filter }}
{{ 1.0 // 0.1 }} {{ -1.0 % 1.0 }} {{ 1.0 % -1.0 }} {{ 1e400 // 1 }} {{ -5 // 1e400 }} {{ 7.5 // -2 }} {{ range(10)[2:5] }} {{ d.values() == d.values() }} {{ d.keys() == d.keys() }}
{% for x in xs %}{% for y in [1] %}{{ loop.depth }}{{ loop.depth0 }}{% endfor %}{{ loop is callable }}{% endfor %}
{% for x in xs %}a{% set y %}b{% break %}{% endset %}c{% endfor %}d{% for x in xs %}a{% set y %}b{% continue %}{% endset %}c{% endfor %}d
{% for x in xs %}a{% filter upper %}b{% break %}{% endfilter %}c{% endfor %}d{% for x in xs %}{% break %}{% else %}e{% endfor %}{% for x in xs %}{% continue %}{% else %}e{% endfor %}
{% for x in xs %}a{% generation %}b{% break %}{% endgeneration %}c{% endfor %}d
{% for x in [] %}{% else %}{% set s = 1 %}{% endfor %}{{ s }}{% macro m(caller=none) %}{{ caller() if caller }}{% endmacro %}{% call m() %}c{% endcall %}{{ m() }}
{% set ns = namespace(done=false) %}{% for x in xs if not ns.done %}{{ x }}{% if x == 1 %}{% set ns.done = true %}{% endif %}{% endfor %}
{% set ns = namespace(seen=[]) %}{% for x in [1, 2, 1, 3, 2] if x not in ns.seen %}{{ x }}{{ loop.index }}{% set ns.seen = ns.seen + [x] %}{% endfor %}
{% for p in people if p.age > 2 %}{{ p.name }}{% break %}{% endfor %}
{% for x in xs if x != 3 %}{{ x }}{{ loop.last }}{{ loop.length }}{{ loop.revindex }}{{ loop.nextitem }}{{ loop.previtem }} {% endfor %}{% for x in xs if x > 5 %}{% else %}none{% endfor %}
{% macro r(n=n, m=n, k=k) %}{{ n }}{{ m }}{{ k }}{% endmacro %}{{ r() }}|{{ r(1) }}|
{{ people | map(attribute='tags', default=none) | list | length }}{{ people | map(attribute='tags', default=none) | join }} {{ xs | join(',', attribute=none) }} {{ xs | sum(attribute=none) }}
{{ 'abcbc'.find('bc', 2) }} {{ 'abcbc'.find('bc', 2, 4) }} {{ 'abcbc'.rfind('b', 0, 3) }} {{ 'abcbc'.index('c', -1) }} {{ 'abcbc'.count('b', 2) }} {{ 'abcbc'.startswith('b', 1) }} {{ 'abcbc'.endswith('b', 0, -1) }} {{ 'ab'.find('', 3) }} {{ 'ab'.startswith('', 3) }} {{ 'ab'.find('b', none) }} {{ u.find('ß', 1) }}
{{ ' a b  c '.rsplit(none, 1) }} {{ 'a b c'.rsplit(none, 0) }} {{ ws.rsplit(none, 5) }}
{{ people | sort(attribute='name') | map(attribute='name') | join }} {{ people | sort(attribute='nope') | map(attribute='name') | join }} {{ [none_, none_] | sort }} {{ [{'a': 2, 'b': 1}, {'a': 1, 'b': 2}, {'a': 1, 'b': 1}] | sort(attribute='a,b') }} {{ [[2, 1], [1, 5]] | sort(reverse=true) }}
{{ people | unique(attribute='nope') | list | length }}
{{ [1, none_] | sort }}
{{ 5 | indent }}
{{ missing | indent }}
{{ -n }} {{ - -n }} {{ -n | abs }} {{ n | abs }} {{ (n, f) | max }} {{ [f, n] | min }} {{ n == 3.0 }}
{{ '\n\n\nx'.rsplit('\n\n') }} {{ 'aaaa'.rsplit('aa') }} {{ 'aaa'.rsplit('aa', 1) }} {{ 'aaa'.split('aa') }}
{{ '{:0>5}'.format('ab') }} {{ '{:0<5}'.format(3) }}| {{ '{:0<6.1f}'.format(1.5) }}| {{ '{:0>5}'.format(-3) }} {{ '{:05}'.format(-3) }} {{ '%05d' % -3 }} {{ '%-05d' % 3 }}| {{ '{:x^7}'.format('ab') }} {{ '%05s' % 'a' }}
{{ '9223372036854775807' | int }} {{ 9.2e18 | int }} {{ '12.9' | int }} {{ 'x' | int(7) }} {{ '0x1f' | int(0, 16) }} {{ 'inf' | int(3) }}
{{ 'ΑΣ' | capitalize }} {{ 'ΑΣ.' | capitalize }} {{ 'ΑΣ'.capitalize() }} {{ 'ΣΑΣΑ' | capitalize }} {{ 'Σ' | capitalize }} {{ 'ǆx' | capitalize }}
{% set g = [1, 2, 3] | select %}{{ 2 in g }}{{ g | list }} {% set g = [1, 2] | select %}{{ 5 in g }}{{ g | list }}
{{ {'a': 1, 'b': 2}.keys() == {'b': 2, 'a': 1}.keys() }} {{ {'a': 1, 'b': 2}.items() == {'b': 2, 'a': 1}.items() }} {{ {'a': 1}.items() == {'a': 2}.items() }} {{ {'a': 1}.keys() == ['a'] }}
{{ ('<b>' | safe | upper) + '<x>' }} {{ ('a ' | safe | trim) + '<' }} {{ ('ab' | safe)[0] + '<' }} {{ ('ab' | safe)[::-1] + '<' }} {{ ('a' | safe) * 2 + '<' }} {{ ('a' | safe).upper() + '<' }} {{ ('a' | safe | title) + '<' }} {{ ('a\nb' | safe | indent) + '<' }} {{ ('ab' | safe | reverse) + '<' }} {{ ('ab' | safe | replace('a', '<')) + '<' }} {{ ('ab' | safe).startswith('a') }} {{ ('<' | e | lower) + '<' }}
""".strip("\n")

# Templates of several lines, whose white space counts.
BLOCKS = [
    "a\n{% if yes %}\nb\n{% endif %}\nc\n", "a\n\n", "a\r\n{% if yes %}\r\nb{% endif %}\rc", "  {% if yes %}  \n x{% endif %}",
    "x  {%- if yes %}\n y {%- endif %}  z", "\n{{ n }}\n", "{{ n -}}  \n {{- n }}\n\n", "  {{ n }}\n  {# c #}\n  d",
    "{% for x in xs %}\n  {{ x }}\n{% endfor %}\n", "{% set x = 1 %}\n\n{{ x }}", "{% raw %}\n a {% endraw %}\n b", "a {#- c -#}\n b{# d #}\n\ne",
    "{% if yes %} {% if yes %}\n{% endif %}\n{% endif %}", "\t {%+ if yes %}\nq{% endif +%}\n", "{%- for x in xs -%}\n{{ x }}\n{%- endfor -%}\n\n",
    "{#-#}x{# a\n b #}\n  {#- y #}z", "{{ 'a\r\nb' }}", "{% macro m() %}\n a\n{% endmacro %}\n{{ m() }}|", "x\n   {% set y %}\n  in\n  {% endset %}\n[{{ y }}]",
    "{{ '\\n' }}{{ \"\\t\" }}\n", " \n{% if no %}x{% else %}\ny\n{% endif %}\n",
]


def rendered(tokens):
    lines = [line for line in EXPRESSIONS.split("\n")]
    # What ends in a backslash goes on in the next line.
    joined = []
    for line in lines:
        if joined and joined[-1].endswith("\\"):
            joined[-1] += "\n" + line
        else:
            joined.append(line)
    cases = []
    for source in joined + BLOCKS:
        try:
            text = chat_template_utils._compile_jinja_template(source).render(**tokens, **VARIABLES)
            text.encode()
            # Where an object lies in memory is nothing that two machines agree on.
            text = None if " at 0x" in text else text
        except Exception:
            text = None
        cases.append({"source": source, "text": text})
    return {"variables": VARIABLES, "cases": cases}
