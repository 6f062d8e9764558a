"""What lies in a folder of detectors, reports or pages is in the list that makes it work."""

import ast
from collections.abc import Iterator
from pathlib import Path

from dashboards.pages.directory import PAGES
from pipelines.detect.cascade import DETECTORS
from pipelines.detect.extras import MAKERS, Extras
from pipelines.detect.plan import load_plan
from pipelines.report.build import COMPOSERS
from pipelines.settings import REPOSITORY


def list_names(folder: str, kind: type[ast.stmt]) -> Iterator[tuple[str, str]]:
    """The path of each module of a folder, and the names that it defines so at its top."""
    for path in sorted((REPOSITORY / folder).rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, kind):
                targets = getattr(node, "targets", [node])
                yield from ((str(path.relative_to(REPOSITORY)), getattr(one, "id", "")) for one in targets)


def list_modules(folder: str, ending: str) -> set[str]:
    """Modules with a class of this ending: each is a detector by itself."""
    return {
        path.stem
        for path in (REPOSITORY / folder).rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and node.name.endswith(ending)
    }


def test_every_detector_runs_by_itself_or_can_be_switched_on():
    registered = {one.name for one in DETECTORS} | MAKERS.keys()
    assert list_modules("pipelines/detect/detectors", "Detector") == registered


def test_every_detector_has_a_step_of_the_plan_and_every_extra_its_settings():
    assert {step.detector for step in load_plan().steps} == {one.name for one in DETECTORS} | MAKERS.keys()
    assert MAKERS.keys() <= Extras.model_fields.keys()


def test_every_report_can_be_built_and_drawn():
    folder = REPOSITORY / "pipelines" / "report" / "reports"
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert modules == COMPOSERS.keys() == {path.stem for path in folder.glob("*.typ")}


def test_every_page_can_be_reached():
    made = [path for path, name in list_names("dashboards/pages", ast.Assign) if name == "PAGE"]
    assert len(made) == len(PAGES) == len({(page.path, page.takes_subject) for page in PAGES})


def test_a_module_that_nobody_registers_is_found(tmp_path: Path):
    (tmp_path / "new.py").write_text("class NewDetector: ...\n", encoding="utf-8")
    assert list_modules(str(tmp_path), "Detector") == {"new"}
