"""Home page, standard pages and the settings of the site."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import (
    FieldPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    PageChooserPanel,
    TabbedInterface,
)
from wagtail.api import APIField
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Orderable, Page, TranslatableMixin
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField, TranslatableField

from access.models import MarkedPage
from access.readers import reader_of
from home.colours import check_contrast
from knowledge.blocks import INLINE_FEATURES, BodyBlock
from knowledge.models import ReadablePage
from knowledge.models.pages import READ_TYPES, FramePreviewMixin
from knowledge.models.review import ReviewedPublishingMixin


class HomePage(FramePreviewMixin, ReviewedPublishingMixin, MarkedPage):
    """The first page in one language, composed by editors."""

    mission = models.CharField(
        _("mission"), max_length=200, blank=True, help_text=_("One sentence, at most 200 characters.")
    )
    introduction = RichTextField(_("introduction"), features=INLINE_FEATURES, blank=True)
    join_title = models.CharField(_("call to join: title"), max_length=120, blank=True)
    join_text = models.TextField(_("call to join: text"), max_length=400, blank=True)
    join_label = models.CharField(_("call to join: button"), max_length=60, blank=True)
    join_page = models.ForeignKey(
        Page,
        verbose_name=_("call to join: page"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    template = "home/home_page.html"
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["knowledge.KnowledgeIndexPage", "home.StandardPage"]
    content_panels = [
        *Page.content_panels,
        FieldPanel("mission"),
        FieldPanel("introduction"),
        InlinePanel(
            "featured_items",
            heading=_("Featured"),
            label=_("Featured item"),
            help_text=_("The first is the current priority and is shown large."),
            max_num=4,
        ),
        InlinePanel("doors", heading=_("Doors"), label=_("Door"), max_num=4),
        InlinePanel("upcoming_dates", heading=_("Upcoming"), label=_("Date"), max_num=6),
        InlinePanel("figures", heading=_("The community in figures"), label=_("Figure of the community"), max_num=4),
        MultiFieldPanel(
            [
                FieldPanel("join_title"),
                FieldPanel("join_text"),
                FieldPanel("join_label"),
                PageChooserPanel("join_page"),
            ],
            heading=_("Call to join"),
        ),
        FieldPanel("marking"),
    ]
    translatable_fields = [
        TranslatableField("title"),
        TranslatableField("slug"),
        TranslatableField("seo_title"),
        TranslatableField("search_description"),
        TranslatableField("mission"),
        TranslatableField("introduction"),
        TranslatableField("join_title"),
        TranslatableField("join_text"),
        TranslatableField("join_label"),
        SynchronizedField("join_page", overridable=False),
        SynchronizedField("marking", overridable=False),
        SynchronizedField("shared_with", overridable=False),
        SynchronizedField("featured_items", overridable=False),
        TranslatableField("upcoming_dates"),
        TranslatableField("figures"),
        TranslatableField("doors"),
    ]
    api_fields = [APIField("marking"), APIField("mission")]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add what is featured, new and coming, as the reader of the request may see it."""
        from home.queries import front_page

        context = super().get_context(request, *args, **kwargs)
        context["front"] = front_page(self, reader_of(request))
        return context


class FeaturedItem(Orderable):
    """A piece of knowledge shown first; readers who may not read it do not see that it is."""

    page = ParentalKey(HomePage, on_delete=models.CASCADE, related_name="featured_items")
    item = models.ForeignKey(
        "knowledge.KnowledgePage", verbose_name=_("item"), on_delete=models.CASCADE, related_name="+"
    )

    panels = [PageChooserPanel("item", READ_TYPES)]

    class Meta(Orderable.Meta):
        verbose_name = _("featured item")
        verbose_name_plural = _("featured items")

    def __str__(self) -> str:
        return self.item.title


class Door(TranslatableMixin, Orderable):
    """One of the things somebody comes for, and where it is done. Without a page, "Find" leads to the search."""

    class Kind(models.TextChoices):
        """What somebody comes for."""

        FIND = "find", _("Find")
        WATCH = "watch", _("Watch")
        ASK = "ask", _("Ask")
        CONTRIBUTE = "contribute", _("Contribute")

    page = ParentalKey(HomePage, on_delete=models.CASCADE, related_name="doors")
    kind = models.CharField(_("door"), max_length=12, choices=Kind.choices)
    text = models.CharField(_("text"), max_length=140, help_text=_("What is behind it, in one sentence."))
    target = models.ForeignKey(
        Page, verbose_name=_("page"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    translatable_fields = [
        SynchronizedField("kind", overridable=False),
        TranslatableField("text"),
        SynchronizedField("target", overridable=False),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("door")
        verbose_name_plural = _("doors")
        unique_together = (("translation_key", "locale"),)

    def __str__(self) -> str:
        return self.get_kind_display()


class UpcomingDate(TranslatableMixin, Orderable):
    """Something the community looks forward to. It leaves the page by itself the day after."""

    page = ParentalKey(HomePage, on_delete=models.CASCADE, related_name="upcoming_dates")
    date = models.DateField(_("date"))
    title = models.CharField(_("title"), max_length=120)
    place = models.CharField(_("place"), max_length=120, blank=True)
    text = models.CharField(_("text"), max_length=250, blank=True)

    translatable_fields = [
        SynchronizedField("date", overridable=False),
        TranslatableField("title"),
        TranslatableField("place"),
        TranslatableField("text"),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("upcoming date")
        verbose_name_plural = _("upcoming dates")
        unique_together = (("translation_key", "locale"),)

    def __str__(self) -> str:
        return self.title


class CommunityFigure(TranslatableMixin, Orderable):
    """A number that says something about the community."""

    page = ParentalKey(HomePage, on_delete=models.CASCADE, related_name="figures")
    value = models.CharField(_("number"), max_length=20)
    label = models.CharField(_("what it counts"), max_length=120)

    translatable_fields = [SynchronizedField("value", overridable=False), TranslatableField("label")]

    class Meta(Orderable.Meta):
        verbose_name = _("figure of the community")
        verbose_name_plural = _("figures of the community")
        unique_together = (("translation_key", "locale"),)

    def __str__(self) -> str:
        return f"{self.value} {self.label}"


class StandardPage(ReadablePage):
    """A page about the community: what it is, how it works, how to reach it."""

    body = StreamField(BodyBlock(), verbose_name=_("body"), blank=True)

    template = "home/standard_page.html"
    parent_page_types = ["home.HomePage", "home.StandardPage"]
    subpage_types = ["home.StandardPage"]
    edit_handler = TabbedInterface(
        [
            ObjectList([*ReadablePage.describing_panels, FieldPanel("body")], heading=_("Content")),
            ObjectList(
                [*ReadablePage.marking_panels, *ReadablePage.date_panels, *ReadablePage.gate_panels],
                heading=_("Readers and publishing"),
            ),
            ObjectList(Page.promote_panels, heading=_("Address")),
        ]
    )
    translatable_fields = [
        *ReadablePage.common_translatable_fields,
        SynchronizedField("show_in_menus", overridable=False),
        TranslatableField("body"),
    ]
    search_fields = [*ReadablePage.search_fields, index.SearchField("body")]
    api_fields = [*ReadablePage.api_fields, APIField("body")]

    class Meta:
        verbose_name = _("standard page")
        verbose_name_plural = _("standard pages")


hex_colour = RegexValidator(r"^#[0-9a-fA-F]{6}\Z", _("Give a colour as # and six hexadecimal digits, e.g. #0b5c6b."))


@register_setting(icon="site")
class Brand(ClusterableModel, BaseGenericSetting):
    """What makes an installation somebody's own: never a literal in code or templates."""

    logo = models.ForeignKey(
        "knowledge.HubImage",
        verbose_name=_("logo"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    accent_colour = models.CharField(
        _("accent colour"), max_length=7, default="#0b5c6b", validators=[hex_colour, check_contrast]
    )
    contact_email = models.EmailField(_("contact e-mail"), blank=True)
    hashtag = models.CharField(_("hashtag"), max_length=60, blank=True)

    panels = [
        FieldPanel("logo"),
        FieldPanel("accent_colour"),
        FieldPanel("contact_email"),
        FieldPanel("hashtag"),
        InlinePanel("names", heading=_("Names"), label=_("Name")),
        InlinePanel("partners", heading=_("Partners"), label=_("Partner")),
    ]

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brand")

    def __str__(self) -> str:
        return str(_("Brand"))


class BrandName(models.Model):
    """What the installation is called in one language."""

    brand = ParentalKey(Brand, on_delete=models.CASCADE, related_name="names")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    name = models.CharField(_("name"), max_length=80)
    tagline = models.CharField(_("tagline"), max_length=140, blank=True)

    class Meta:
        verbose_name = _("name")
        verbose_name_plural = _("names")
        ordering = ["language"]
        constraints = [models.UniqueConstraint(fields=["brand", "language"], name="one_brand_name_per_language")]

    def __str__(self) -> str:
        return self.name


class Partner(Orderable):
    """A body that supports the community, credited in the footer."""

    brand = ParentalKey(Brand, on_delete=models.CASCADE, related_name="partners")
    name = models.CharField(_("name"), max_length=120)
    url = models.URLField(_("web address"), blank=True)

    class Meta(Orderable.Meta):
        verbose_name = _("partner")
        verbose_name_plural = _("partners")

    def __str__(self) -> str:
        return self.name
