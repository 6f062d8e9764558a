"""What every unit test has."""

from collections.abc import Callable, Iterator

import pytest
from argon2 import PasswordHasher

from risk_register.account import credentials


@pytest.fixture(autouse=True, scope="session")
def cheap_passwords() -> Iterator[Callable[[], PasswordHasher]]:
    """Hashes that take no time: what is tested is who gets in, not argon2. Gives what makes the real ones."""
    shipped = credentials._hasher
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(credentials, "_hasher", lambda: cheap)
        yield shipped
