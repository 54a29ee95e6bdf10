"""What axe-core finds wrong with a page for people who do not see it, or use no mouse.

axe-4.14.1.min.js is axe-core, unchanged, under the Mozilla Public License 2.0 (https://mozilla.org/MPL/2.0/). It only
runs in tests.
"""

from __future__ import annotations

import functools
from pathlib import Path

from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (tags) => {
    const { violations } = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}: ${node.failureSummary}`));
}"""


@functools.cache
def axe_source() -> str:
    return Path(__file__).with_name("axe-4.14.1.min.js").read_text()


def violations(page: Page) -> list[str]:
    """One line for each rule that is broken and the element that breaks it."""
    page.evaluate(axe_source())
    return [str(line) for line in page.evaluate(RUN, RULES)]
