#!/usr/bin/env python3
# tests/vectors/record.py: writes record.tsv: TLS records as they are protected, Poly1305's odd sums, and digests, by arithmetic on Python's numbers.
# SPDX-License-Identifier: MIT
# Run: tests/vectors/record.py >tests/vectors/record.tsv. Written after the documents that are named, and slow; shares nothing with BearSSL.
import hashlib


# --- ChaCha20-Poly1305 (RFC 8439).
def chacha(key, nonce, count, text):
    out = b''
    for at in range(0, len(text), 64):
        first = [int.from_bytes(b'expand 32-byte k'[i:i + 4], 'little') for i in range(0, 16, 4)]
        first += [int.from_bytes(key[i:i + 4], 'little') for i in range(0, 32, 4)] + [count + at // 64]
        first += [int.from_bytes(nonce[i:i + 4], 'little') for i in range(0, 12, 4)]
        s = first[:]
        quarters = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15), (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))
        for a, b, c, d in quarters * 10:
            for x, y, z, n in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                s[x] = (s[x] + s[y]) % 2**32
                s[z] ^= s[x]
                s[z] = (s[z] << n | s[z] >> (32 - n)) % 2**32
        stream = b''.join(((x + y) % 2**32).to_bytes(4, 'little') for x, y in zip(s, first))
        out += bytes(x ^ y for x, y in zip(text[at:at + 64], stream))
    return out


def padded(text):
    return text + bytes(-len(text) % 16)


def poly(key, aad, text):
    r = int.from_bytes(key[:16], 'little') & 0x0ffffffc0ffffffc0ffffffc0fffffff
    said = padded(aad) + padded(text) + len(aad).to_bytes(8, 'little') + len(text).to_bytes(8, 'little')
    a = 0
    for i in range(0, len(said), 16):
        a = (a + int.from_bytes(said[i:i + 16] + b'\1', 'little')) * r % (2**130 - 5)
    return ((a + int.from_bytes(key[16:], 'little')) % 2**128).to_bytes(16, 'little')


def seal_chacha(key, iv, aad, text):
    nonce = iv[:4] + bytes(x ^ y for x, y in zip(iv[4:], aad))
    text = chacha(key, nonce, 1, text)
    return text + poly(chacha(key, nonce, 0, bytes(32)), aad, text)


# --- AES (FIPS 197) and GCM (NIST SP 800-38D).
def double(x):
    return x << 1 ^ (0x11b if x & 0x80 else 0)


def times(x, y):
    return (x if y & 1 else 0) ^ (times(double(x), y >> 1) if y > 1 else 0)


def box(x):
    y = next((i for i in range(256) if times(x, i) == 1), 0)
    return 0x63 ^ sum((sum(y >> (i + k) % 8 & 1 for k in (0, 4, 5, 6, 7)) & 1) << i for i in range(8))


BOX = [box(i) for i in range(256)]


def aes(key, block):
    n = len(key) // 4
    words = [list(key[4 * i:4 * i + 4]) for i in range(n)]
    con = 1
    for i in range(n, 4 * (n + 7)):
        w = words[-1]
        if i % n == 0:
            w = [BOX[x] for x in w[1:] + w[:1]]
            w[0] ^= con
            con = double(con)
        elif n > 6 and i % n == 4:
            w = [BOX[x] for x in w]
        words.append([x ^ y for x, y in zip(w, words[i - n])])
    keys = [sum(words[i:i + 4], []) for i in range(0, len(words), 4)]
    s = [x ^ y for x, y in zip(block, keys[0])]
    for k in keys[1:]:
        s = [BOX[s[(i + 4 * (i % 4)) % 16]] for i in range(16)]
        if k is not keys[-1]:
            s = [times(s[i], 2) ^ times(s[i & ~3 | (i + 1) % 4], 3) ^ s[i & ~3 | (i + 2) % 4] ^ s[i & ~3 | (i + 3) % 4] for i in range(16)]
        s = [x ^ y for x, y in zip(s, k)]
    return bytes(s)


def ghash(h, text):
    y = 0
    for at in range(0, len(text), 16):
        y ^= int.from_bytes(text[at:at + 16], 'big')
        z, v = 0, int.from_bytes(h, 'big')
        for i in range(127, -1, -1):
            if y >> i & 1:
                z ^= v
            v = v >> 1 ^ (0xe1 << 120 if v & 1 else 0)
        y = z
    return y.to_bytes(16, 'big')


def seal_gcm(key, iv, aad, text):
    def stream(count):
        return aes(key, iv[:4] + aad[:8] + count.to_bytes(4, 'big'))
    text = b''.join(bytes(x ^ y for x, y in zip(text[i:i + 16], stream(2 + i // 16))) for i in range(0, len(text), 16))
    tag = ghash(aes(key, bytes(16)), padded(aad) + padded(text) + (8 * len(aad)).to_bytes(8, 'big') + (8 * len(text)).to_bytes(8, 'big'))
    return text + bytes(x ^ y for x, y in zip(tag, stream(1)))


# --- What is written. Bytes come from a hash of their name.
def some(name, n):
    return hashlib.shake_128(name.encode()).digest(n)


print('# record	place of the suite	key	iv	sequence number	type	content	what protects it: ciphertext, tag')
for suite, size in (0, 32), (2, 16), (4, 32):
    for n in list(range(0, 35)) + [47, 48, 49, 63, 64, 65, 127, 128, 129, 255, 256, 500]:
        name = '%d %d' % (suite, n)
        key, iv, seq, text = some('key ' + name, size), some('iv ' + name, 12), some('sequence ' + name, 8), some('text ' + name, n)
        aad = seq + bytes((20 + n % 4, 3, 3)) + n.to_bytes(2, 'big')
        sealed = (seal_gcm if suite else seal_chacha)(key, iv, aad, text)
        print('record', suite, key.hex(), iv.hex(), seq.hex(), aad[8], text.hex(), sealed.hex(), sep='\t')

# With r = 1 the sum of the blocks is what is reduced: around the modulus, and with the largest words there are.
print('# poly	r, s	text	tag; no AAD')
for j in range(-24, 9):
    n = 7
    rest = (2 * 2**130 + 2**130 - 5 + j) - (n + 1) * 2**128 - (16 * n << 64)
    blocks = [min(2**128 - 1, max(0, rest - i * (2**128 - 1))) for i in range(n)]
    text = b''.join(b.to_bytes(16, 'little') for b in blocks)
    for s in bytes(16), b'\xff' * 16:
        key = (1).to_bytes(16, 'little') + s
        print('poly', key.hex(), text.hex(), poly(key, b'', text).hex(), sep='\t')
for r in 0, 1, 2, 4, 2**128 - 1, 2**127, 2**104 - 1:
    for n in 0, 1, 15, 16, 17, 64, 160:
        key = r.to_bytes(16, 'little') + some('s %d' % r, 16)
        print('poly', key.hex(), (b'\xff' * n).hex(), poly(key, b'', b'\xff' * n).hex(), sep='\t')

# Of each length's digest, one behind the other, the digest.
print('# sha	bits	digest of the digests of "", "\\0", "\\0\\1" and so on to 300 bytes')
for bits in 256, 384, 512:
    each = b''.join(hashlib.new('sha%d' % bits, bytes(i % 256 for i in range(n))).digest() for n in range(301))
    print('sha', bits, hashlib.new('sha%d' % bits, each).hexdigest(), sep='\t')
