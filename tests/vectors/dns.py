#!/usr/bin/env python3
# tests/vectors/dns.py: writes dns.tsv, queries and answers as dnslib 0.9.26 (PyPI) packs them. Run: tests/vectors/dns.py >tests/vectors/dns.tsv
# SPDX-License-Identifier: MIT
import random
import socket

from dnslib import A, AAAA, CNAME, QTYPE, RR, SOA, TXT, DNSHeader, DNSQuestion, DNSRecord, EDNS0

TYPES = {'A': 1, 'AAAA': 28}
random.seed(1)


def ip(kind):
    if kind == 'A':
        return '.'.join(str(random.getrandbits(8)) for _ in range(4))
    return socket.inet_ntop(socket.AF_INET6, random.randbytes(16))


def record(name, kind, value):
    data = {'A': A, 'AAAA': AAAA, 'CNAME': CNAME, 'TXT': TXT}[kind](value)
    return RR(name, getattr(QTYPE, kind), ttl=random.randrange(9999), rdata=data)


def answer(name, kind, records, rcode=0, asked=None, **head):
    m = DNSRecord(DNSHeader(id=0x1234, qr=1, rd=1, ra=1, rcode=rcode, **head), q=DNSQuestion(asked or name, TYPES[kind]))
    for r in records:
        m.add_answer(r)
    m.add_auth(RR(name, 6, rdata=SOA('ns.test', 'host.test', (1, 2, 3, 4, 5))))
    m.add_ar(EDNS0(udp_len=1232))
    return m.pack()


def show(what, name, kind, ips, message):
    family = socket.AF_INET if kind == 'A' else socket.AF_INET6
    print(what, name, TYPES[kind], ','.join(socket.inet_pton(family, i).hex() for i in ips), message.hex(), sep='\t')


for kind in TYPES:
    for name in ('vault.corp', 'a', '_srv.x-1.example', 'x' * 63 + '.' + 'y' * 63 + '.' + 'z' * 63 + '.' + 'w' * 61):
        query = DNSRecord(DNSHeader(id=0x1234, qr=0, rd=1), q=DNSQuestion(name, TYPES[kind]))
        query.add_ar(EDNS0(udp_len=1232))
        show('query', name, kind, [], query.pack())
        ips = [ip(kind) for _ in range(3)]
        direct = [record(name, kind, i) for i in ips]
        show('found', name, kind, ips, answer(name, kind, direct))
        show('found', name, kind, ips, answer(name, kind, direct, asked=name.upper()))
        chain = [record(name, 'CNAME', 'b.test'), record('b.test', 'CNAME', 'c.x.test')] + [record('c.x.test', kind, i) for i in ips]
        show('found', name, kind, ips, answer(name, kind, chain))
        show('found', name, kind, ips, answer(name, kind, chain[1:2] + chain[2:] + chain[:1]))
        other = [record('x.' + 'vault.test', kind, ip(kind)), record(name, 'TXT', 'hello'), record(name, 'A' if kind == 'AAAA' else 'AAAA', '::1' if kind == 'A' else '1.2.3.4')]
        show('found', name, kind, ips, answer(name, kind, other + direct))
        show('nodata', name, kind, [], answer(name, kind, other))
        show('nodata', name, kind, [], answer(name, kind, chain[:2]))
        show('nodata', name, kind, [], answer(name, kind, []))
        show('nxdomain', name, kind, [], answer(name, kind, [], rcode=3))
        show('nxdomain', name, kind, [], answer(name, kind, chain[:2], rcode=3))
        show('failed', name, kind, [], answer(name, kind, [], rcode=2))
        show('failed', name, kind, [], answer(name, kind, [], rcode=5))
        show('failed', name, kind, [], answer(name, kind, [record(name, 'CNAME', 'b.test'), record('b.test', 'CNAME', name)]))
        show('truncated', name, kind, [], answer(name, kind, [], tc=1))
        show('ignore', name, kind, [], answer('not.it', kind, direct))
        show('ignore', name, kind, [], answer(name, 'A' if kind == 'AAAA' else 'AAAA', []))
        show('ignore', name, kind, [], answer(name, kind, direct, opcode=4))
    many = [ip(kind) for _ in range(40)]
    show('found', 'many.test', kind, many[:16], answer('many.test', kind, [record('many.test', kind, i) for i in many]))
    for n in (16, 17):
        chain = [record('c%d.test' % i, 'CNAME', 'c%d.test' % (i + 1)) for i in range(n)]
        random.shuffle(chain)
        show('found' if n == 16 else 'failed', 'c0.test', kind, many[:1] if n == 16 else [], answer('c0.test', kind, chain + [record('c%d.test' % n, kind, many[0])]))
