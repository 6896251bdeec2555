"""Rules that come first: words that are other words too, what is over, what stands in its place."""

from __future__ import annotations

from delivery.rules.replies.rewriting import Made, Rule, Setting, Symbol, over, rule, values


def _instead(some: list[Symbol], _: Setting) -> Made:
    """ "Instead of 4" refuses no day that stands beside it; "instead of friday" does."""
    if some[0].value != "instead":
        return None
    return over(some, "#", None) if len(some) > 1 else over(some, "!", "except")


TIDY: list[Rule] = [
    # "sat 10-12" is a day, "he sat down" is none.
    rule("r(?=,?[nctxdoPRKBYMW<>FT-])|(?<![.Un])r(?![.U])")(
        lambda some, _: over(some, "W", some[0].value)
    ),
    rule("r")(lambda some, _: over(some, ".", None)),
    rule("X(?=W)")(
        lambda some, _: [
            Symbol(">", False, some[0].start, some[0].end),
            Symbol("N", None, some[0].start, some[0].end),
        ]
    ),
    rule("W-P")(lambda some, _: [some[0], some[2]]),
    rule("A\\.?T(?=[K^]*[nctxodRW])")(lambda some, _: (*some[:-1], over(some[-1:], "u", None))),
    rule("[K^]*n%")(lambda some, _: over(some, "o", values(some, "n")[0])),
    rule("[WRE^]=")(lambda some, _: over(some, ".", None)),
    rule("=")(lambda some, _: over(some, ".", None)),
    rule("!K*[nc](?![-TuU])|!")(_instead),
    rule("[WREP]¤")(lambda some, _: (over(some[1:], "!", "except"), some[0])),
    rule("K?n?¤")(lambda some, _: over(some, "#", None)),
    rule("λ(?=,?[WR])")(lambda some, _: over(some, "!", "except")),
    rule("%")(lambda some, _: over(some, ".", None)),
    rule("!\\.?A")(lambda some, _: Symbol("+", None, some[0].start, some[-1].end)),
]
