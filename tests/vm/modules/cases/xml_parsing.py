# pyexpat: events, errors, what stands on it.
from xml.parsers import expat
print(expat.ErrorString(3), expat.errors.XML_ERROR_SYNTAX, expat.errors.codes['syntax error'], expat.model.XML_CTYPE_ANY)
import xml.etree.ElementTree as ET
r = ET.fromstring('<a x="1" y="é"><b>t&amp;x</b>tail<!-- c --><?pi d?></a>')
print(ET.tostring(r), r.find('b').tail)
try: ET.fromstring('<a><b></a>')
except ET.ParseError as e: print(e, e.code, e.position)
import xml.dom.minidom
d = xml.dom.minidom.parseString('<!DOCTYPE a [<!ELEMENT a (b|c)*><!ATTLIST a x CDATA #IMPLIED>]><a><b/></a>')
print(d.toxml())
p = expat.ParserCreate(namespace_separator=' ')
log=[]
for n in dir(p):
    if n.endswith('Handler') and n!='ExternalEntityRefHandler':
        setattr(p, n, lambda *a, n=n: log.append((n,)+a) or 1)
p.Parse(b'<?xml version="1.0" encoding="utf-8"?><!DOCTYPE a [<!ELEMENT a (b|c)*><!ATTLIST a x CDATA #IMPLIED><!ENTITY e "v"><!NOTATION n SYSTEM "x">]><a xmlns="u" xmlns:p="q" p:z="1"><![CDATA[abc]]>t&e;<!--c--></a>', True)
for l in log: print(l)
import plistlib
print(plistlib.loads(plistlib.dumps({'a':[1,2.5,b'x',True]})))
p = expat.ParserCreate()
def bad(*a): raise KeyError('x')
p.StartElementHandler = bad
try: p.Parse('<a><b/></a>', 1)
except KeyError as e: print('KeyError', e)
p = expat.ParserCreate('iso-8859-15')
p.CharacterDataHandler = print
p.Parse(b'<a>\xa4</a>', 1)
p = expat.ParserCreate(); p.buffer_text=True; p.CharacterDataHandler = print
p.Parse(b'<a>x\ny\nz</a>', 1)
for bad in ('<a>', '', '<a b=1/>', '<a></b>', '&'):
    try: expat.ParserCreate().Parse(bad, 1)
    except expat.ExpatError as e: print(e, e.code, e.lineno, e.offset)
try: expat.ParserCreate(namespace_separator='xx')
except ValueError as e: print(e)
try: expat.ParserCreate(1)
except TypeError as e: print(e)
