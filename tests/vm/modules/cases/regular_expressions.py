import re
def show(f):
    try: r=f()
    except Exception as e: r=(type(e).__name__,str(e))
    print(repr(r))
p=re.compile(r'(?P<a>\w)(?P<b>\d)?',re.I|re.M); m=p.match('x1')
for f in [lambda:p,lambda:m,lambda:m.regs,lambda:m.groupdict(),lambda:m.groups(9),lambda:m.lastgroup,lambda:m.lastindex,lambda:m[1],lambda:m['b'],lambda:m['c'],lambda:m[5],lambda:m[-1],lambda:m.group(1,'b',0),lambda:m.span('b'),lambda:m.start(2),lambda:m.end(),lambda:m.expand(r'\2-\g<a>'),lambda:m.pos,lambda:m.endpos,lambda:m.re is p,lambda:m.string,lambda:p.groupindex,lambda:p.flags,lambda:p.groups,lambda:p.pattern,
 lambda:p==re.compile(r'(?P<a>\w)(?P<b>\d)?',re.I|re.M),lambda:p!=3,lambda:p<p,lambda:hash(p)==hash(re.compile(p.pattern,p.flags)),lambda:p.match(3),lambda:p.match(b'x'),lambda:re.match(b'x','x'),lambda:p.match(),lambda:p.match('a',pos='x'),lambda:p.sub('y'),lambda:p.sub(r'\q','x'),lambda:p.sub(r'\9','x'),lambda:p.sub(lambda m:3,'x'),lambda:p.sub(b'x','x'),lambda:re.sub(b'x',b'yy',bytearray(b'axa')),lambda:re.sub('x',lambda m:None,'axa'),lambda:re.subn('(x)|y',r'[\1]','xyz'),lambda:re.split('(x)|(y)','axbyc'),lambda:re.split('','abc'),lambda:re.findall('x*','axbx'),lambda:re.sub('x*','-','abxd'),
 lambda:re.findall(r'(a)(b)?','aab'),lambda:[x.span() for x in re.finditer('a*?','aaa')],lambda:re.compile(b'a',re.L),lambda:re.compile('a'*300),lambda:re.match('a*','a'*100),lambda:type(p)(),lambda:type(m)(),lambda:p.foo,lambda:re.Pattern[str],lambda:re.Match,lambda:p.fullmatch('x'),lambda:p.scanner('x1y').search().span(),lambda:__import__('copy').copy(p) is p,lambda:__import__('copy').deepcopy(m) is m,lambda:re.template('a'),lambda:p.split('a',maxsplit=-1),lambda:re.sub('a','b','aaa',-1),lambda:p.match('abc',endpos=1,pos=0),lambda:m.group(a=1),lambda:re.compile('(').match,lambda:re.sub(r'(?P<x>a)|b',r'<\g<x>>','ab'),lambda:re.sub('a','\\n','a'),lambda:re.escape('a.b'), lambda:re.compile('é',re.I).findall('É'),lambda:re.findall('(?i)ß','ẞß'),lambda:re.findall('[\u0100-\U0001ffff]+','a\u0101\U0001f600b')]: show(f)
import _sre
for a in [([],0),([1],0),([14,3],0),([16,97,1],0),([17,9,1],1),([2**32],0),(['x'],0),([16],0),([18,1],0),([7,0,1],0)]:
    show(lambda:_sre.compile('x',0,a[0],a[1],{},()).match('a'))
show(lambda:_sre.compile('x',0,(1,),0,{},())); show(lambda:_sre.compile('x',0,[1])); show(lambda:_sre.compile('x',0,[1],0,[],()))
show(lambda:[_sre.ascii_iscased(c) for c in (65,97,48,200)]); show(lambda:[_sre.unicode_tolower(c) for c in (65,0x130,0x1e9e,300,-1,0x110000)])
