"""The blocks content is written in: few, named by what they mean, the same for every page type."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTable, TypedTableBlock
from wagtail.embeds.blocks import EmbedBlock
from wagtail_localize.segments.types import StringSegmentValue

from knowledge.file_choosers import DocumentChooserBlock, ImageChooserBlock

# No h2: sections are heading blocks, so that the table of contents and the heading order are known.
TEXT_FEATURES = [
    "h3",
    "h4",
    "bold",
    "italic",
    "ol",
    "ul",
    "link",
    "document-link",
    "superscript",
    "subscript",
]
NOTE_FEATURES = ["bold", "italic", "ol", "ul", "link", "document-link"]
INLINE_FEATURES = ["bold", "italic", "link"]


class FigureBlock(blocks.StructBlock):
    """An image that says something the text does not."""

    image = ImageChooserBlock(label=_("Image"))
    alternative_text = blocks.CharBlock(
        label=_("Alternative text"),
        max_length=250,
        help_text=_("What somebody who cannot see the image needs to know. Not “image of…”; one sentence."),
    )
    caption = blocks.CharBlock(label=_("Caption"), max_length=300, help_text=_("Why the image is here."))
    credit = blocks.CharBlock(
        label=_("Credit"), max_length=200, required=False, help_text=_("Who made it, and its licence.")
    )

    class Meta:
        icon = "image"
        label = _("Figure")
        template = "knowledge/blocks/figure.html"


class GalleryBlock(blocks.StructBlock):
    """Several figures that belong together."""

    caption = blocks.CharBlock(label=_("Caption"), max_length=300)
    figures = blocks.ListBlock(FigureBlock(), label=_("Figures"), min_num=2, max_num=12)

    class Meta:
        icon = "image"
        label = _("Gallery")
        template = "knowledge/blocks/gallery.html"


class KeyMessageBlock(blocks.StructBlock):
    """The one or two sentences a reader in a hurry should take away."""

    text = blocks.TextBlock(
        label=_("Text"), max_length=300, rows=2, help_text=_("One or two sentences, at most 300 characters.")
    )

    class Meta:
        icon = "pick"
        label = _("Key message")
        template = "knowledge/blocks/key_message.html"


class CalloutBlock(blocks.StructBlock):
    """Something beside the line of thought: a note, a tip, a warning."""

    tone = blocks.ChoiceBlock(
        label=_("Tone"),
        choices=[("note", _("Note")), ("tip", _("Tip")), ("warning", _("Warning"))],
        default="note",
    )
    title = blocks.CharBlock(label=_("Title"), max_length=120)
    text = blocks.RichTextBlock(label=_("Text"), features=NOTE_FEATURES)

    class Meta:
        icon = "info-circle"
        label = _("Callout")
        template = "knowledge/blocks/callout.html"


class QuotationBlock(blocks.StructBlock):
    """What somebody said, with who said it."""

    text = blocks.TextBlock(label=_("Text"), rows=3, help_text=_("Without quotation marks."))
    who = blocks.CharBlock(label=_("Who"), max_length=120)
    role = blocks.CharBlock(label=_("Role"), max_length=160, required=False)

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        template = "knowledge/blocks/quotation.html"


class StepBlock(blocks.StructBlock):
    """One step of a procedure."""

    title = blocks.CharBlock(label=_("What to do"), max_length=160)
    text = blocks.TextBlock(label=_("How"), rows=2, required=False)

    class Meta:
        icon = "list-ol"
        label = _("Step")


class StepsBlock(blocks.StructBlock):
    """A procedure in the order it is done."""

    title = blocks.CharBlock(label=_("Title"), max_length=160)
    items = blocks.ListBlock(StepBlock(), label=_("Steps"), min_num=2)

    class Meta:
        icon = "list-ol"
        label = _("Steps")
        template = "knowledge/blocks/steps.html"


class TableBlock(TypedTableBlock):
    """A data table with a caption; the first column names the rows.

    Wagtail's table block, taught to be translated cell by cell: wagtail-localize passes over blocks that it
    does not know, unless they have these two methods (its docs, "StreamField block translation").
    """

    def __init__(self, local_blocks: Any = None, **kwargs: Any) -> None:
        super().__init__(
            local_blocks or [("text", blocks.CharBlock(label=_("Text"), required=False))],
            **kwargs,
        )

    def get_translatable_segments(self, value: TypedTable) -> list[StringSegmentValue]:
        """Return caption, headings and cells; empty ones are left out by wagtail-localize."""
        segments = [StringSegmentValue("caption", value.caption or "")]
        for number, column in enumerate(value.columns):
            segments.append(StringSegmentValue(f"heading.{number}", column["heading"] or ""))
        for row_number, row in enumerate(value.row_data):
            for number, cell in enumerate(row["values"]):
                segments.append(StringSegmentValue(f"cell.{row_number}.{number}", cell or ""))
        return segments

    def restore_translated_segments(self, block_value: TypedTable, segments: list[StringSegmentValue]) -> TypedTable:
        """Put translated texts where their source texts were; structure is the source's."""
        for segment in segments:
            kind, *place = segment.path.split(".")
            text = segment.render_text()
            if kind == "caption":
                block_value.caption = text
            elif kind == "heading":
                block_value.columns[int(place[0])]["heading"] = text
            else:
                block_value.row_data[int(place[0])]["values"][int(place[1])] = text
        return block_value

    class Meta:
        icon = "table"
        label = _("Data table")
        template = "knowledge/blocks/table.html"


class ComparedBlock(blocks.StructBlock):
    """One side of a comparison."""

    title = blocks.CharBlock(label=_("Title"), max_length=120)
    text = blocks.RichTextBlock(label=_("Text"), features=NOTE_FEATURES)

    class Meta:
        icon = "columns"
        label = _("Side")


class ComparisonBlock(blocks.StructBlock):
    """Two ways side by side: before and after, with and without."""

    caption = blocks.CharBlock(label=_("What is compared"), max_length=200)
    left = ComparedBlock(label=_("First"))
    right = ComparedBlock(label=_("Second"))

    class Meta:
        icon = "columns"
        label = _("Comparison")
        template = "knowledge/blocks/comparison.html"


class ResourceBlock(blocks.StructBlock):
    """A link to something useful elsewhere."""

    title = blocks.CharBlock(label=_("Title"), max_length=200)
    url = blocks.URLBlock(label=_("Web address"))
    note = blocks.CharBlock(label=_("Why it is useful"), max_length=300, required=False)

    class Meta:
        icon = "link"
        label = _("Resource")


class ResourcesBlock(blocks.StructBlock):
    """Where to read on."""

    title = blocks.CharBlock(label=_("Title"), max_length=160)
    items = blocks.ListBlock(ResourceBlock(), label=_("Resources"), min_num=1)

    class Meta:
        icon = "list-ul"
        label = _("Resource list")
        template = "knowledge/blocks/resources.html"


class DocumentBlock(blocks.StructBlock):
    """A file to take along, with what is in it."""

    document = DocumentChooserBlock(label=_("Document"))
    note = blocks.CharBlock(label=_("What is in it"), max_length=300, required=False)

    class Meta:
        icon = "doc-full"
        label = _("Document")
        template = "knowledge/blocks/document.html"


class RecordingEmbedBlock(blocks.StructBlock):
    """A recording hosted elsewhere. It loads nothing from there until the reader asks for it."""

    recording = EmbedBlock(label=_("Web address of the recording"))
    title = blocks.CharBlock(label=_("Title"), max_length=200)
    caption = blocks.CharBlock(
        label=_("Caption"), max_length=300, help_text=_("What is said in it, for those who cannot play it.")
    )

    class Meta:
        icon = "media"
        label = _("Embedded recording")
        template = "knowledge/blocks/recording_embed.html"


class BodyBlock(blocks.StreamBlock):
    """What the body of a page, or a part of a case study, is made of."""

    heading = blocks.CharBlock(
        label=_("Heading"), icon="title", max_length=120, template="knowledge/blocks/heading.html"
    )
    text = blocks.RichTextBlock(label=_("Text"), features=TEXT_FEATURES, template="knowledge/blocks/text.html")
    key_message = KeyMessageBlock()
    figure = FigureBlock()
    gallery = GalleryBlock()
    table = TableBlock()
    quotation = QuotationBlock()
    steps = StepsBlock()
    comparison = ComparisonBlock()
    callout = CalloutBlock()
    resources = ResourcesBlock()
    document = DocumentBlock()
    recording = RecordingEmbedBlock()
    references = blocks.ListBlock(
        blocks.CharBlock(max_length=500),
        label=_("References"),
        icon="openquote",
        template="knowledge/blocks/references.html",
    )
