# bz2, lzma and the archives that use them.
import bz2
import lzma
d = b''.join(b'%d line\n' % (i*i) for i in range(5000))
def show(f,*a,**k):
    try:
        r=f(*a,**k); print(r if not isinstance(r,bytes) or len(r)<60 else (len(r), hash(r)==0, r[:10]))
    except Exception as e: print(type(e).__name__, e)
for l in (0,1,9): show(bz2.compress,d,l)
c=bz2.compress(d); show(bz2.decompress,c); show(bz2.decompress,c[:-5]); show(bz2.decompress,b'junk'); show(bz2.decompress,c+c)
D=bz2.BZ2Decompressor(); n=0
r=D.decompress(c+b'tail',100); n+=len(r); print(n,D.needs_input,D.eof)
while not D.eof: n+=len(D.decompress(b'',1000))
print(n,D.unused_data,D.needs_input); show(D.decompress,b'')
C=bz2.BZ2Compressor(3); x=C.compress(d[:100])+C.flush(); show(C.flush); show(C.compress,b'a'); print(len(x))
show(bz2.BZ2Compressor,10); show(bz2.BZ2Decompressor,1)
for k in (dict(), dict(preset=9), dict(preset=99), dict(format=lzma.FORMAT_ALONE), dict(format=lzma.FORMAT_RAW), dict(format=lzma.FORMAT_RAW, filters=[{'id':lzma.FILTER_LZMA2,'preset':3}]),
  dict(filters=[{'id':lzma.FILTER_DELTA,'dist':5},{'id':lzma.FILTER_LZMA2,'dict_size':1<<20,'nice_len':32}]), dict(filters=[{'id':99}]), dict(filters=[{}]), dict(filters=[1]), dict(filters=[{'id':lzma.FILTER_LZMA2,'bad':3}]),dict(filters=[{'id':lzma.FILTER_DELTA,'dist':'x'}]), dict(check=lzma.CHECK_SHA256), dict(format=7), dict(preset=1,filters=[]), dict(format=lzma.FORMAT_ALONE,check=1)):
    show(lzma.compress, d, **k)
c=lzma.compress(d); show(lzma.decompress,c); show(lzma.decompress,c[:-4]); show(lzma.decompress,b'junkjunkjunkjunk'); show(lzma.decompress,c,memlimit=1000)
D=lzma.LZMADecompressor(); n=len(D.decompress(c[:50],10)); print(D.needs_input,D.check); n+=len(D.decompress(c[50:]+b'xx',20)); 
while not D.eof: n+=len(D.decompress(b'',1000))
print(n,D.unused_data,D.check,D.eof,D.needs_input); show(D.decompress,b'')
show(lzma.decompress, lzma.compress(d,format=lzma.FORMAT_ALONE))
print(lzma._encode_filter_properties({'id':lzma.FILTER_LZMA1,'preset':2}), lzma._decode_filter_properties(lzma.FILTER_LZMA1, b'\x5d\0\0\x10\0'), lzma._decode_filter_properties(lzma.FILTER_LZMA2, b'\x10'), lzma.is_check_supported(4))
print([ (n,getattr(lzma,n)) for n in sorted(dir(lzma)) if n.isupper()])
import tarfile, io, zipfile
for m in ('gz','bz2','xz'):
    b=io.BytesIO(); t=tarfile.open(fileobj=b,mode='w:'+m); ti=tarfile.TarInfo('a'); ti.size=len(d); t.addfile(ti, io.BytesIO(d)); t.close(); b.seek(0)
    print(m, tarfile.open(fileobj=b).extractfile('a').read()==d)
for m in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
    b=io.BytesIO(); z=zipfile.ZipFile(b,'w',m); z.writestr('a',d); z.close(); print(m, zipfile.ZipFile(b).read('a')==d)
