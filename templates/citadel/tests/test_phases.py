"""Each migration says when it may be applied, and only those that contract take something away."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.config import Config

from citadel import migrate
from citadel.migrate import Migration, migrations
from citadel.settings import ROOT

SOURCES = sorted((ROOT / "migrations" / "versions").glob("*.py"))

TAKES_AWAY = re.compile(
    r"\b(DROP\s+(TABLE|COLUMN|VIEW|TYPE)|SET\s+NOT\s+NULL|ALTER\s+COLUMN\s+\S+\s+(SET\s+DATA\s+)?TYPE)\b",
    re.I,
)
RENAMES = re.compile(r"\bRENAME\b", re.I)


def offences(source: str) -> list[str]:
    """What a migration does that its phase does not allow."""
    tree = ast.parse(source)
    phase = next(
        (
            ast.literal_eval(each.value)
            for each in tree.body
            if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "phase"
        ),
        None,
    )
    if phase not in ("expand", "contract"):
        return [f"its phase is {phase!r}"]
    upgrade = next(each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name == "upgrade")
    return [what for call in _operations(upgrade) for what in _wrong(call, phase)]


def _operations(upgrade: ast.FunctionDef) -> Iterator[ast.Call]:
    for node in ast.walk(upgrade):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node


def _wrong(call: ast.Call, phase: str) -> Iterator[str]:
    assert isinstance(call.func, ast.Attribute)
    name = call.func.attr
    given = {each.arg: each.value for each in call.keywords}
    if (
        name == "rename_table"
        or "new_column_name" in given
        or (name == "execute" and RENAMES.search(_text(call)))
    ):
        yield f"{name} renames: add the new one, copy, and let a later migration drop the old one"
    if name in ("drop_table", "drop_column"):
        if not all(isinstance(each, ast.Constant) for each in call.args):
            yield f"{name} does not name in plain words what goes"
        if phase == "expand":
            yield f"{name} contracts"
    if phase == "contract":
        return
    if name == "alter_column" and (_is(given.get("nullable"), False) or "type_" in given):
        yield "alter_column narrows a column"
    if name == "add_column" and any(_is_demanded(each) for each in call.args):
        yield "add_column demands a value that the release before does not give"
    if name == "execute" and TAKES_AWAY.search(_text(call)):
        yield "execute contracts"


def _is(node: ast.expr | None, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _is_demanded(column: ast.expr) -> bool:
    if not isinstance(column, ast.Call):
        return False
    given = {each.arg: each.value for each in column.keywords}
    return _is(given.get("nullable"), False) and "server_default" not in given


def _text(call: ast.Call) -> str:
    texts = [node.value for node in ast.walk(call) if isinstance(node, ast.Constant)]
    return " ".join(text for text in texts if isinstance(text, str))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_migration_does_what_its_phase_allows(path: Path) -> None:
    assert offences(path.read_text()) == []


def test_the_command_line_knows_every_migration() -> None:
    assert [each.revision for each in migrations()] == [path.stem for path in SOURCES]


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The migrations of another release: none yet."""
    (tmp_path / "versions").mkdir()
    config = Config()
    config.set_main_option("script_location", str(tmp_path))
    monkeypatch.setattr(migrate, "_config", lambda: config)
    return tmp_path / "versions"


def test_it_tells_the_phase_of_each(release: Path) -> None:
    (release / "a.py").write_text('revision = "a"\ndown_revision = None\nphase = "expand"\n')
    (release / "b.py").write_text('revision = "b"\ndown_revision = "a"\nphase = "contract"\n')
    assert migrations() == (Migration("a", "expand"), Migration("b", "contract"))


def test_it_takes_none_that_does_not_say_its_phase(release: Path) -> None:
    (release / "a.py").write_text('revision = "a"\ndown_revision = None\n')
    with pytest.raises(ValueError, match="migration a does not say whether it expands or contracts"):
        migrations()


@pytest.mark.parametrize(
    ("operation", "phases"),
    [
        ('op.create_table("a", sa.Column("id", sa.Uuid, nullable=False))', ("expand", "contract")),
        ('op.add_column("a", sa.Column("b", sa.Text))', ("expand", "contract")),
        (
            'op.add_column("a", sa.Column("b", sa.Text, nullable=False, server_default=""))',
            ("expand", "contract"),
        ),
        ('op.alter_column("a", "b", nullable=True)', ("expand", "contract")),
        ('op.drop_index("ix_a")', ("expand", "contract")),
        ('op.execute("UPDATE a SET b = 1")', ("expand", "contract")),
        ('op.add_column("a", sa.Column("b", sa.Text, nullable=False))', ("contract",)),
        ('op.drop_table("a")', ("contract",)),
        ('op.drop_column("a", "b")', ("contract",)),
        ('op.alter_column("a", "b", nullable=False)', ("contract",)),
        ('op.alter_column("a", "b", type_=sa.Integer)', ("contract",)),
        ('op.execute("ALTER TABLE a DROP COLUMN b")', ("contract",)),
        ('op.execute(sa.text("ALTER TABLE a ALTER COLUMN b SET NOT NULL"))', ("contract",)),
        ('op.rename_table("a", "b")', ()),
        ('op.alter_column("a", "b", new_column_name="c")', ()),
        ('op.execute("ALTER TABLE a RENAME COLUMN b TO c")', ()),
        ("op.drop_table(name)", ()),
    ],
)
def test_an_operation_belongs_to_phases(operation: str, phases: tuple[str, ...]) -> None:
    def allowed(phase: str) -> bool:
        return not offences(f'phase = "{phase}"\n\ndef upgrade() -> None:\n    {operation}\n')

    assert tuple(filter(allowed, ("expand", "contract"))) == phases


def test_what_goes_back_may_take_away() -> None:
    back = 'def downgrade() -> None:\n    op.drop_table("a")\n'
    assert offences(f'phase = "expand"\n\ndef upgrade() -> None:\n    pass\n\n{back}') == []


@pytest.mark.parametrize("declared", ["", 'phase = "both"\n'])
def test_a_migration_without_a_phase_is_none(declared: str) -> None:
    assert offences(f"{declared}def upgrade() -> None:\n    pass\n") != []
