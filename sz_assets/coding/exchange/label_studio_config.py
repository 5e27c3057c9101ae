"""The labeling configuration of a Label Studio project, from a codebook.

Here: its XML. Not here: tasks (`label_studio`) or what coders answered (`label_studio_reading`).

Each choice has a category's id as its value, which is what Label Studio exports; coders see the
names and all that the codebook says (beside further categories only under the mouse). Choices
stand in one control under the headers of their primary categories. Label Studio exports choices in
the order of the configuration, whatever was clicked first, so that for several codes per video the
main one has a control of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from xml.etree import ElementTree as Xml

from sz_assets.coding.exchange.categories import NO_CATEGORY_EN, NO_CATEGORY_ZH
from sz_assets.coding.exchange.records import NO_CATEGORY
from sz_assets.coding.exchange.task_text import xml_text
from sz_assets.study import Codebook, SecondaryCategory
from sz_assets.study_parts import Name

TITLE = "title"
MAIN = "category"
FURTHER = "further_categories"
COMMENT = "comment"


def config_xml(codebook: Codebook) -> str:
    """The configuration; texts of the codebook stay text, whatever they hold."""
    view = Xml.Element("View")
    Xml.SubElement(view, "Header", value="$account_name", size="5")
    # Not `valueType="url"`: a title that looks like an address must not be fetched.
    Xml.SubElement(view, "Text", name=TITLE, value="$title", valueType="text")
    Xml.SubElement(view, "HyperText", name="video", value="$link", valueType="text")
    is_several = codebook.codes_per_video == "several"
    if is_several:
        _header(view, "主要类别（一个） / Main category (one)")
    main = _choices(view, MAIN, choice="single-radio", required="true")
    main.set("requiredMessage", "请选择一个类别 / Choose a category")
    _categories(main, codebook, is_explained=True)
    # In a group of its own: Label Studio refuses a single choice beside groups.
    rest = Xml.SubElement(main, "View")
    _choice(rest, NO_CATEGORY, Name(zh=NO_CATEGORY_ZH, en=NO_CATEGORY_EN))
    if is_several:
        _header(view, "其他类别（可选） / Further categories (optional)")
        further = _choices(view, FURTHER, choice="multiple")
        _categories(further, codebook, is_explained=False)
    _header(view, "备注 / Comment")
    Xml.SubElement(
        view, "TextArea", name=COMMENT, toName=TITLE, rows="2", maxSubmissions="1", editable="true"
    )
    Xml.indent(view)
    return Xml.tostring(view, encoding="unicode") + "\n"


def _choices(view: Xml.Element, name: str, **settings: str) -> Xml.Element:
    return Xml.SubElement(view, "Choices", {"name": name, "toName": TITLE} | settings)


def _categories(choices: Xml.Element, codebook: Codebook, *, is_explained: bool) -> None:
    for primary in codebook.primary:
        group = Xml.SubElement(choices, "View")
        _header(group, f"{primary.name.zh} / {primary.name.en}")
        for second in primary.secondary:
            said = list(_explained(second))
            choice = _choice(group, second.id, second.name, *(said if is_explained else ()))
            choice.set("hint", _inert(" ｜ ".join(said)))


def _header(view: Xml.Element, text: str) -> None:
    Xml.SubElement(view, "Header", value=_inert(text), size="5")


def _choice(group: Xml.Element, value: str, name: Name, *explained: str) -> Xml.Element:
    lines = [f"<b>{escape(name.zh)} / {escape(name.en)}</b>"]
    lines += [f"<small>{escape(text)}</small>" for text in explained]
    return Xml.SubElement(group, "Choice", value=value, html=_inert("<br/>".join(lines)))


def _explained(category: SecondaryCategory) -> Iterator[str]:
    """All that the codebook says of a category, a line for each part."""
    parts = (
        ("定义", "Definition", category.definition),
        ("包括", "Included", category.inclusion),
        ("不包括", "Not included", category.exclusion),
    )
    for zh, en, text in parts:
        if text is not None:
            yield f"{zh}：{text.zh} / {en}: {text.en}"


def _inert(text: str) -> str:
    """Text without what XML forbids, and without `$`, which Label Studio takes for a variable."""
    return xml_text(text).replace("$", "＄")
