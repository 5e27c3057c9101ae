"""Whether one thing has one name throughout, and each name belongs to a thing.

Here: names that differ between sections, and names of nothing known. Not here: the rows of tables
(`tables`).
"""

from __future__ import annotations

from collections.abc import Iterator

from sz_assets.core.audit.finding import Finding
from sz_assets.study import Study

Uses = dict[str, list[str]]  # name as first printed: sections


def check_names(study: Study) -> Iterator[Finding]:
    """Differing names, from the list of names and from the labels of tables of accounts.

    Capitals and spaces make no difference.
    """
    published = study.published
    if published is None:
        return
    named = {
        part.id: [(used.section, used.name) for used in part.names]
        for part in published.names
        if not part.may_be
    }
    for table in published.tables:
        for row in table.rows if table.lists == "accounts" else ():
            if row.of is not None:
                named.setdefault(row.of, []).append((table.section, row.label))
    for key, uses in named.items():
        if len(different := _different(uses)) > 1:
            yield _differing(key, different)
    known = {account.id: account.name.en for account in study.accounts}
    for part in published.names:
        if part.may_be and part.names:
            section, name = part.names[0].section, part.names[0].name
            yield _unknown(part.id, section, name, [known[key] for key in part.may_be])
    for table in published.tables:
        for index, row in enumerate(table.rows):
            if row.of is None:
                names = {**known, **{s.id: s.name.en for _, s in study.codebook.secondary}}
                subject = f"{table.id}_row_{index + 1}"
                yield _unknown(
                    subject, table.section, row.label, [names[key] for key in row.may_be]
                )


def _different(uses: list[tuple[str, str]]) -> Uses:
    shown: dict[str, str] = {}
    different: Uses = {}
    for section, name in uses:
        name = shown.setdefault("".join(name.casefold().split()), name)
        sections = different.setdefault(name, [])
        if section not in sections:
            sections.append(section)
    return different


def _differing(key: str, different: Uses) -> Finding:
    sections = list(dict.fromkeys(s for places in different.values() for s in places))
    told = "; ".join(f"{name} ({', '.join(places)})" for name, places in different.items())
    most = max(different, key=lambda name: len(different[name]))
    return Finding(
        rule="differing_names",
        subject=key,
        severity="unclear",
        section=", ".join(sections),
        en=f"One thing has {len(different)} names: {' / '.join(different)}.",
        zh=f"同一对象有 {len(different)} 个名称：{' / '.join(different)}。",
        arithmetic=f"{told}; {len(different)} different names in {len(sections)} places",
        suggestion=f"{most} is printed in the most places."
        if sum(len(places) == len(different[most]) for places in different.values()) == 1
        else None,
    )


def _unknown(subject: str, section: str, name: str, candidates: list[str]) -> Finding:
    told = " or ".join(candidates)
    return Finding(
        rule="unknown_name",
        subject=subject,
        severity="unclear",
        section=section,
        en=f"{name} is none of the names that the publication introduces.",
        zh=f"{name} 不是文中介绍过的任何名称。",
        arithmetic=f"{name} ({section}) equals 0 of the names listed",
        suggestion=f"It may be {told}." if told else None,
    )
