"""What a page of HTML is made of, for html_report.py."""
import html
import re

STYLE = """
body { font: 16px/1.5 Georgia, serif; color: #222; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3, th { font-family: Helvetica, Arial, sans-serif; line-height: 1.25; }
h2 { margin-top: 2.5rem; border-bottom: 2px solid #222; }
figure { margin: 1rem 0 2rem; } figure svg { width: 100%; height: auto; max-width: 45rem; display: block; }
table { border-collapse: collapse; font-size: 0.85rem; margin: 0.8rem 0; }
th, td { text-align: left; padding: 0.2rem 0.8rem 0.2rem 0; border-bottom: 1px solid #ccc; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
code, pre { font-size: 0.8rem; } pre { background: #f4f4f4; padding: 0.8rem; overflow-x: auto; }
.models { display: flex; flex-wrap: wrap; gap: 1rem; } .models > div { flex: 1 1 26rem; }
"""


def text(words):
    return html.escape(str(words), quote=False)


def element(name, inner, **attributes):
    marks = "".join(f' {key.rstrip("_")}="{html.escape(str(value))}"' for key, value in attributes.items())
    return f"<{name}{marks}>{inner}</{name}>"


def paragraph(words):
    return element("p", text(words))


def table(head, rows, numbers=()):
    """Cells are HTML already; `numbers` are the columns to be aligned as such."""
    def cells(kind, row):
        return element("tr", "".join(element(kind, cell, **({"class_": "number"} if place in numbers else {}))
                                     for place, cell in enumerate(row)))
    return element("table", cells("th", head) + "\n" + "\n".join(cells("td", row) for row in rows))


def inlined(path):
    """An SVG as part of the page: without its head, and with names that no other picture has."""
    svg = path.read_text(encoding="utf-8")
    svg = re.sub(r"^.*?(?=<svg\b)", "", svg, flags=re.DOTALL)
    names = set(re.findall(r"\bid=(?:'|\")([^'\"]+)", svg))
    for name in sorted(names, key=len, reverse=True):
        svg = re.sub(rf"(?<=['\"#]){re.escape(name)}(?=['\"\)])", f"{path.stem}-{name}", svg)
    return svg.strip()
