"""The browser fixtures themselves."""

import pytest

pytestmark = pytest.mark.browser


def test_it_opens_a_page(page):
    page.goto("/health/live")
    assert page.text_content("body") == "ok"


def test_it_collects_what_scripts_complain_of(page, complaints):
    page.goto("/health/live")
    with page.expect_console_message():
        page.evaluate("console.error('broken')")
    assert complaints == ["broken"]
    complaints.clear()


def test_it_collects_what_the_security_policy_refuses(signed_in_page, complaints):
    signed_in_page.goto("/admin/")
    with signed_in_page.expect_console_message():
        signed_in_page.evaluate("document.body.setAttribute('onclick', 'alert(1)')")
    assert "Content Security Policy" in complaints[0]
    complaints.clear()


def test_it_opens_a_page_without_javascript(new_page):
    page = new_page(java_script_enabled=False)
    page.goto("/health/live")
    assert page.text_content("body") == "ok"
