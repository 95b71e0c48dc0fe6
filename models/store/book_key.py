"""The key of an encrypted book: 256 bits, made at random or from a passphrase, kept in the keyring and nowhere on disk.

The first 16 bytes of an encrypted book are readable: a mark that says how a passphrase becomes its key, and random
bytes. They are the salt, and the name under which the keyring has the key, so a copy of a book opens as the book does.
"""

from __future__ import annotations

import base64
import os
import unicodedata
import zlib
from dataclasses import dataclass, field
from typing import Final

#: Begins every encrypted book. The number stands for the parameters of Argon2id below and of the pages
#: (`models.store.connect.set_cipher`): others take another one.
MARK: Final = b"BWE1"
SALT_BYTES: Final = 16
SHORTEST_PASSPHRASE: Final = 12
KEY_BYTES: Final = 32
#: RFC 9106, second recommendation: 64 MiB, three passes, four lanes. An eighth of a second here.
_MEMORY_KIB, _PASSES, _LANES = 65_536, 3, 4
_SUM_BYTES: Final = 2
_GROUP: Final = 5


@dataclass(frozen=True, slots=True)
class BookKey:
    """What opens an encrypted book. Its words never show the key itself.

    Attributes
    ----------
    raw
        The key, 32 bytes.
    salt
        The first 16 bytes of the book.
    """

    raw: bytes = field(repr=False)
    salt: bytes

    @property
    def name(self) -> str:
        """Under which name the keyring has the key."""
        return key_name(self.salt)

    @property
    def sql(self) -> str:
        """The key as the driver takes it."""
        return f"x'{self.raw.hex()}{self.salt.hex()}'"

    @property
    def recovery(self) -> str:
        """The key as a person keeps it on paper: letters and digits in groups, with a sum against slips of the pen."""
        text = base64.b32encode(self.raw + _sum(self.raw)).decode("ascii").rstrip("=")
        return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def key_name(salt: bytes) -> str:
    """Return under which name the keyring has the key of the book that begins with this salt."""
    return f"key of book {salt.hex()}"


def random_key() -> BookKey:
    """Return a key for a new book."""
    return BookKey(os.urandom(KEY_BYTES), _new_salt())


def key_from_passphrase(passphrase: str, salt: bytes | None = None) -> BookKey:
    """Return the key that a passphrase is for a book; without a salt, for a new one. Takes an eighth of a second."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id  # only where there is a passphrase

    chosen = salt or _new_salt()
    derive = Argon2id(salt=chosen, length=KEY_BYTES, iterations=_PASSES, lanes=_LANES, memory_cost=_MEMORY_KIB)
    return BookKey(derive.derive(unicodedata.normalize("NFC", passphrase).encode()), chosen)


def key_from_words(words: str, salt: bytes) -> BookKey:
    """Return the key that a person typed: from paper, or else a passphrase."""
    return _from_recovery(words, salt) or key_from_passphrase(words, salt)


def is_recovery_key(words: str) -> bool:
    """Return whether words are read as a recovery key, so that they can be no passphrase."""
    return _from_recovery(words, b"") is not None


def _from_recovery(words: str, salt: bytes) -> BookKey | None:
    """The key that was typed from paper, None where the words are no such key or one was mistyped."""
    text = "".join(words.split()).replace("-", "").upper().replace("0", "O").replace("1", "I").replace("8", "B")
    try:
        whole = base64.b32decode(text + "=" * (-len(text) % 8))
    except ValueError:
        return None
    key = BookKey(whole[:KEY_BYTES], salt)
    # Compared as text: bytes leave over the last bits of the last letter.
    return key if len(key.raw) == KEY_BYTES and text == key.recovery.replace("-", "") else None


def _new_salt() -> bytes:
    return MARK + os.urandom(SALT_BYTES - len(MARK))


def _sum(raw: bytes) -> bytes:
    return zlib.crc32(raw).to_bytes(4, "big")[-_SUM_BYTES:]
