def show(f, *a, **k):
    try:
        r = f(*a, **k)
    except BaseException as e:
        r = type(e).__name__ + ': ' + str(e)
    else:
        r = ascii(r)
    print(r)
specs = ['', 'd', '5d', '<5d', '^7d', '=+7d', '07d', '+d', ' d', '-d', ',d', '_d', 'x', 'X', '#x', '#X', 'o', '#o', 'b', '#b', '_b', '_x', '#_x', '012,d', '012_x', 'c', 'n', 'e', '.2e', 'E', 'f', '.0f', '#.0f', '.3f', 'F', 'g', '.3g', '#.3g', 'G', '%', '.1%', 's', '10', '*^20', '.2', '5.', ',.2f', '_.2f', '015,.2f', 'z.1f', ',x', ',,d', ',_d', '_,d', '.5d', 'zd', '+c', '#c', '10.3', '>>10', 'é>10', '日=+20d', 'dd', 'y', '\n', '99999999999999999999d', '=10', '<<<', '+s', '#s', '=s', ' s', ',s', '0s', '010', '.3s', '0>5', '0<5', '^05', '08.3f', '+08.2e', ',g', '.20f', '.50f', '.0e', '.17g', '025.12e', ',.3e', 'j']
values = [0, 1, -1, 65, 255, -255, 1234567, 10**20, -10**30, True, 0.0, -0.0, 1.5, -2.5, 3.14159265358979, 1e300, 1e-300, 123456789.123, float('inf'), float('-inf'), float('nan'), 1e16, 1e15, 0.1, 2.675, 'abc', 'héllo', '', 1+2j, -0.5j, 3-0.0j, 0j, complex('nan+infj')]
for v in values:
    for s in specs:
        print(repr(v), s.encode(), end=' ')
        show(format, v, s)
fmts = ['%s', '%r', '%a', '%d', '%i', '%u', '%5d', '%-5d|', '%05d', '%+d', '% d', '%x', '%X', '%#x', '%#X', '%o', '%#o', '%#010x', '%-#10x|', '%.5d', '%.5x', '%#.5x', '%8.3d', '%e', '%E', '%f', '%F', '%g', '%G', '%.0f', '%#.0f', '%10.2f', '%-10.2f|', '%+.1e', '%010.2f', '%c', '%5c', '%-5c|', '%.2s', '%10.2s|', '%hd', '%ld', '%y', '%', '%5', '%%', '%(a)s', '%*d', '%.30f', '%#g', '%08x']
for v in values + [None, [1], (1,), {'a': 5}, '\u65e5']:
    for f in fmts:
        print(repr(v), f, end=' ')
        show(lambda: f % (v,))
show(lambda: '%s' % ())
show(lambda: '%s %s' % (1,))
show(lambda: '%s' % (1, 2))
show(lambda: 'abc' % 1)
show(lambda: 'abc' % {'a': 1})
show(lambda: 'abc' % [])
show(lambda: '%(a)s %(b)d %%' % {'a': 'x', 'b': 5})
show(lambda: '%(a)s' % {})
show(lambda: '%(a' % {'a': 1})
show(lambda: '%(a(b)c)s' % {'a(b)c': 1})
show(lambda: '%(a)s' % 5)
show(lambda: '%*d|%-*d|' % (5, 3, 6, 4))
show(lambda: '%.*f' % (2, 3.14159))
show(lambda: '%*d' % ('x', 3))
show(lambda: '%.*f' % (-2, 3.5))
show(lambda: '%*d|' % (-5, 3))
show(lambda: '%99999999999999999999d' % 1)
show(lambda: '%.99999999999d' % 1)
show(lambda: '%d' % 'x')
show(lambda: '%x' % 1.5)
show(lambda: '%f' % 'x')
show(lambda: '%c' % 'ab')
show(lambda: '%c' % -1)
show(lambda: '%c' % 1.5)
show(lambda: '{}'.format(1))
show('{} {}'.format, 1, 2)
show('{0} {1} {0}'.format, 1, 2)
show('{} {1}'.format, 1, 2)
show('{1} {}'.format, 1, 2)
show('{a} {b.real} {c[0]} {c[1][x]} {d[k]}'.format, a=1, b=2, c=[3, {'x': 4}], d={'k': 5})
show('{!r} {!s} {!a} {!x}'.format, 'é', 'é', 'é', 'é')
show('{!r:>10}|{:{}}|{:{w}.{p}}'.format, 'a', 'b', 5, 3.14159, w=10, p=2)
show('{{}} {{{}}}'.format, 1)
for bad in ['{', '}', '{0', '{!', '{!r', '{a.}', '{a[}', '{a[]}', '{a[0]x}', '{:{:{}}}', '{0!rx}', '{{', '}}', '{a{b}}', '{!}', '{:', '{0:{', '{5}', '{x}', '{0.foo}', '{0[a]}', '{99999999999999999999}', '{0[99999999999999999999]}', '{0[-1]}', '{ 0}', '{0:}}']:
    print(bad, end=' ')
    show(bad.format, 1, a=[1])
show('{a} {b}'.format_map, {'a': 1, 'b': 2})
show('{}'.format_map, {'a': 1})
show('{a}'.format_map, {})
class D(dict):
    def __missing__(self, k): return 'm' + k
show('{foo}'.format_map, D())
class F:
    def __format__(self, spec): return 'F(' + spec + ')'
show('{:abc} {}'.format, F(), F())
show(format, F(), 'x')
show(format, object(), 'x')
show(format, 1, 2)
show(lambda: f'{3.14159:.2f} {"x":>5} {42!r:*^10} {1,}')
import string
show(lambda: list(string.Formatter().parse('a{b!r:c}d{{e}}{}')))
show(lambda: string.Formatter().format('{0} {a.real} {1[0]}', 1, [2], a=3))
show(lambda: string.Template('$a ${b} $$').substitute(a=1, b=2))
