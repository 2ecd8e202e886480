"""Makes the two font files of this folder from Inter's release.

    pip install fonttools==4.68.0 uharfbuzz==0.57.0
    python make_fonts.py Inter-Regular.otf sans-regular.otf "Gradroute Sans"
    python make_fonts.py Inter-SemiBold.otf sans-semibold.otf "Gradroute Sans SemiBold"

Keeps only the characters that figures use, renames the family (the files are a modified
version), and writes the kerning of ASCII pairs into a plain `kern` table, because the
renderer reads no GPOS.
"""

import sys

import uharfbuzz as hb
from fontTools import subset
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._k_e_r_n import KernTable_format_0

KEPT = [*range(0x20, 0x7F), *range(0xA0, 0x100), *map(ord, "–—−‘’“”…×±·≤≥≈→←↑↓αβλμσ")]
ASCII = [chr(c) for c in range(0x21, 0x7F)]


def kerning(path):
    """Advance of each ASCII pair minus the advances of its parts, in font units."""
    font = hb.Font(hb.Face(hb.Blob.from_file_path(path)))
    features = {"liga": False, "calt": False, "dlig": False}

    def advance(text):
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        hb.shape(font, buffer, features)
        return sum(p.x_advance for p in buffer.glyph_positions)

    single = {c: advance(c) for c in ASCII}
    pairs = {(a, b): advance(a + b) - single[a] - single[b] for a in ASCII for b in ASCII}
    return {pair: value for pair, value in pairs.items() if value}


def main(source, target, family):
    pairs = kerning(source)
    options = subset.Options(layout_features=[], hinting=False, name_IDs=[0, 1, 2, 4, 6, 13, 14])
    options.drop_tables += ["GPOS", "GSUB", "GDEF"]
    font = TTFont(source, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=KEPT)
    subsetter.subset(font)

    cmap = font.getBestCmap()
    table = KernTable_format_0(apple=False)
    table.coverage, table.version, table.tupleIndex = 1, 0, None
    table.kernTable = {(cmap[ord(a)], cmap[ord(b)]): v for (a, b), v in pairs.items()}
    font["kern"] = newTable("kern")
    font["kern"].version, font["kern"].kernTables = 0, [table]

    names = {1: family, 2: "Regular", 4: family, 6: family.replace(" ", "")}
    for record in font["name"].names:
        if record.nameID in names:
            record.string = names[record.nameID]
    font["CFF "].cff.fontNames = [names[6]]
    font.save(target)


main(*sys.argv[1:])
