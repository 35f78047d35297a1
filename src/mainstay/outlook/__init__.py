"""The daily outlook: what users are told, when they are told, and which of its words perform well.

As in the core, everything is an immutable value or a pure function of its arguments.
"""

from mainstay.outlook.content import Content, Mark, Outlook
from mainstay.outlook.context import OutlookContext
from mainstay.outlook.dicts import ContentCountsDict, LowTemplateDict
from mainstay.outlook.embedded import STANDARD_TEMPLATES, standard_content, template_for
from mainstay.outlook.intervals import newcombe, wilson
from mainstay.outlook.performance import ContentCounts
from mainstay.outlook.phrases import EnglishOutlookPhrases, OutlookPhrasebook
from mainstay.outlook.planning import (
    AHEAD,
    LATE,
    NotificationPolicy,
    dates_due,
    wanted_instant,
)
from mainstay.outlook.preferences import Preferences, due_instant
from mainstay.outlook.review import Decision, LowTemplate, TemplateFigures, decide, low_templates
from mainstay.outlook.review_phrases import EnglishReviewPhrases, ReviewPhrasebook
from mainstay.outlook.review_policy import Metric, ReviewPolicy
from mainstay.outlook.sums import Sums, compared
from mainstay.outlook.templates import Template, Trial, variant_for
from mainstay.outlook.trials import begin_trial, challenger, read_trial

__all__ = [
    "AHEAD",
    "LATE",
    "STANDARD_TEMPLATES",
    "Content",
    "ContentCounts",
    "ContentCountsDict",
    "Decision",
    "EnglishOutlookPhrases",
    "EnglishReviewPhrases",
    "LowTemplate",
    "LowTemplateDict",
    "Mark",
    "Metric",
    "NotificationPolicy",
    "Outlook",
    "OutlookContext",
    "OutlookPhrasebook",
    "Preferences",
    "ReviewPhrasebook",
    "ReviewPolicy",
    "Sums",
    "Template",
    "TemplateFigures",
    "Trial",
    "begin_trial",
    "challenger",
    "compared",
    "dates_due",
    "decide",
    "due_instant",
    "low_templates",
    "newcombe",
    "read_trial",
    "standard_content",
    "template_for",
    "variant_for",
    "wanted_instant",
    "wilson",
]
