"""Host names beyond ASCII, without the megabyte of Unicode's tables: lower-cased and as punycode.

A name is taken as it was typed. What the whole codec does besides, folding other ways to write the same letters into
one, keyboards have done already.
"""

import codecs


def encode(text: str, errors: str = "strict") -> tuple[bytes, int]:
    labels = text.replace("\u3002", ".").split(".")
    return b".".join(in_ascii(label) for label in labels), len(text)


def in_ascii(label: str) -> bytes:
    written = label.encode() if label.isascii() else b"xn--" + label.lower().encode("punycode")
    if len(written) > 63:
        raise UnicodeEncodeError("idna", label, 0, len(label), "a part of a name has at most 63 characters")
    return written


def decode(data: bytes, errors: str = "strict") -> tuple[str, int]:
    labels = bytes(data).split(b".")
    return ".".join(in_unicode(label) for label in labels), len(data)


def in_unicode(label: bytes) -> str:
    return label[4:].decode("punycode") if label[:4].lower() == b"xn--" else label.decode("ascii")


def getregentry() -> codecs.CodecInfo:
    return codecs.CodecInfo(encode, decode, name="idna")
