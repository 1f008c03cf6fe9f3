import cmath, math
inf=math.inf; nan=math.nan
vals=[-inf,-2.3,-0.0,0.0,2.3,inf,nan,1e308,-1e308,1e-310,0.5,1.0,-1.0,800.0,-800.0]
for f in "acos acosh asin asinh atan atanh cos cosh exp log log10 sin sinh sqrt tan tanh phase polar isfinite isnan isinf".split():
    fn=getattr(cmath,f)
    for a in vals:
        for b in vals:
            try: r=fn(complex(a,b))
            except Exception as e: r=(type(e).__name__,str(e))
            print(f,a,b,r)
for a in vals:
    for b in vals:
        try: r=cmath.rect(a,b)
        except Exception as e: r=(type(e).__name__,str(e))
        print('rect',a,b,r)
        for f in "atan2 copysign fmod pow remainder hypot nextafter log ldexp dist gcd lcm comb perm isclose".split():
            try: r=getattr(math,f)(a,b)
            except Exception as e: r=(type(e).__name__,str(e))
            print(f,a,b,r)
for f in sorted(dir(math)):
    if f[0]=='_': continue
    fn=getattr(math,f)
    if not callable(fn): print(f,fn); continue
    for v in vals+[0,1,-1,5,10**20,10**400,-10**400,7.25,171.5,-3.5,140.3,True,None,'x',[1,2],[],[1e16,1,-1e16],23,22.5,1e-21, 5.5, 4.9,33.3]:
        try: r=fn(v)
        except Exception as e: r=(type(e).__name__,str(e))
        if isinstance(r,int) and abs(r)>10**200: r=hash(r)
        print(f,str(v)[:30],r)
import random
random.seed(5)
for i in range(300):
    x=random.uniform(-50,50); y=random.uniform(-50,50); z=complex(x,y)
    for f in "acos acosh asin asinh atan atanh cos cosh exp log log10 sin sinh sqrt tan tanh".split(): print(f,z,getattr(cmath,f)(z))
    for f in "gamma lgamma erf erfc exp log1p sin cbrt exp2 expm1".split():
        try: r=getattr(math,f)(x)
        except Exception as e: r=(type(e).__name__,str(e))
        print(f,x,r)
    print(math.hypot(x,y,x*1e5),math.dist((x,y),(y,x)),math.fsum([x*10**(i%20),y,-x*10**(i%20),1e-9]),math.perm(i,i//3),math.comb(i,i//2),math.isqrt(i**7),math.factorial(i)%1000003)
random.seed("abc"); print(random.random(),random.getrandbits(100),random.sample(range(1000),10),random.gauss(0,1))
random.seed(2**100); print(random.random(), random.getstate()[1][:5]); random.seed(-3.5); print(random.random()); random.seed(b'xyz'); print(random.choices('abc',k=5))
import hashlib
for n in "md5 sha1 sha224 sha256 sha384 sha512 sha3_224 sha3_512 blake2b blake2s".split():
    h=getattr(hashlib,n)(b'abc'); g=h.copy(); g.update(b'd'*1000); print(n,h.name,h.digest_size,h.block_size,h.hexdigest(),g.hexdigest())
print(hashlib.shake_128(b'q').hexdigest(20), hashlib.blake2b(b'x',key=b'k',salt=b's',person=b'p',digest_size=20,fanout=2,depth=2,leaf_size=10,node_offset=3,node_depth=1,inner_size=32,last_node=True).hexdigest())
for bad in ["hashlib.md5('x')","hashlib.md5(3)","hashlib.blake2b(digest_size=65)","hashlib.blake2s(key=b'x'*33)","hashlib.blake2b(b'',b'')"]:
    try: eval(bad)
    except Exception as e: print(bad,type(e).__name__,e)
