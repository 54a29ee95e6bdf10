"""What axe-core finds wrong with a page for people who do not see it, or use no mouse.

axe-4.14.1.min.js is axe-core, unchanged, under the Mozilla Public License 2.0 (https://mozilla.org/MPL/2.0/). It only
runs in tests.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, expect

THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Not the style sheets: axe copies those of a shadow into the page, which the security policy refuses; only a rule that
# is off needs them.
RUN = """async (tags) => {
    const options = { runOnly: tags, resultTypes: ["violations"], preload: { assets: ["media"] } };
    const { violations } = await axe.run(document, options);
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}: ${node.failureSummary}`));
}"""


@functools.cache
def axe_source() -> str:
    return Path(__file__).with_name("axe-4.14.1.min.js").read_text()


def barriers(page: Page, widths: tuple[int, ...] = (360, 1280)) -> list[str]:
    """What keeps people from using the page as it stands, on each of these screens, in light and dark: violations, and
    content that is wider than the screen. The page needs its scripts."""
    return [found for width in widths for theme in THEMES for found in barriers_on(page, width, theme)]


def barriers_on(page: Page, width: int, theme: Literal["light", "dark"]) -> list[str]:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
    found = violations(page)
    if page.evaluate("document.scrollingElement.scrollWidth") > width:
        found.append("The content is wider than the screen.")
    return [f"{width} px, {theme}: {line}" for line in found]


def violations(page: Page) -> list[str]:
    """One line for each rule that is broken and the element that breaks it."""
    page.evaluate(axe_source())
    return [str(line) for line in page.evaluate(RUN, RULES)]
