"""Tables of content coding: human codes, how well coders agree, and what the machine gets wrong.

The codes themselves stand in `core`; what is estimated from them in `analysis`.
"""

from __future__ import annotations

from sz_assets.contracts import columns as c
from sz_assets.contracts.inference import INTERVAL, METHOD, NOTE
from sz_assets.contracts.table import Column, Matches, NotLess, OneOf, RowsBetween, Table, Type

CODE_ROUNDS = ("independent", "adjudicated")
SAMPLE_PARTS = ("train", "evaluate")
CATEGORY_LEVELS = ("overall", "primary", "secondary")
RELIABILITY_VERDICTS = ("reliable", "tentative", "insufficient", "unknown")
PREVALENCE_ESTIMATORS = ("uncorrected", "human_only", "corrected")
COEFFICIENTS = (
    "krippendorff_alpha",
    "cohen_kappa",
    "fleiss_kappa",
    "gwet_ac1",
    "percent_agreement",
)
# Where a video may have several codes, a distance between sets decides instead of the first one.
SET_COEFFICIENT = "krippendorff_alpha_masi"
# The verdict is about the first of these that there is.
DECIDING_COEFFICIENTS = (SET_COEFFICIENT, "krippendorff_alpha")
# The machine as one more coder, against the code of people.
MACHINE_COEFFICIENT = "machine_alpha"

_WORD = Matches("^[a-z0-9_]+$")
_LEVEL = c.text(
    "category_level",
    "`secondary`: `category` is a secondary category or `none`; `primary`: a primary category, "
    "`none`, or `overall` for all primary ones; `overall`: all secondary ones together.",
    OneOf(CATEGORY_LEVELS),
    nullable=False,
)
_CATEGORY = c.text(
    "category",
    "Category of the codebook, `none` (no category fits), or `overall`.",
    _WORD,
    nullable=False,
)


def _with_interval(name: str, description: str) -> tuple[Column, ...]:
    return (
        c.ratio(f"{name}_ratio", description),
        c.ratio(f"{name}_low_ratio", f"Lower end of the 95 % interval of {name}_ratio."),
        c.ratio(f"{name}_high_ratio", f"Upper end of the 95 % interval of {name}_ratio."),
    )


HUMAN_CODES = Table(
    layer="core",
    name="human_codes",
    grain="one row per video of the crawl month, coder and round of coding",
    description=(
        "What people said about the month's videos: the newest code of each coder, before and "
        "after adjudication, with the codebook that it was made with."
    ),
    key=("crawl_month", "account_id", "video_id", "coder_id", "code_round"),
    columns=(
        c.CRAWL_MONTH,
        c.ACCOUNT_ID,
        c.VIDEO_ID,
        c.text("coder_id", "Who coded.", Matches("^[^\\s:]+$"), nullable=False),
        c.text(
            "code_round",
            "`independent` (blind, before adjudication) or `adjudicated`.",
            OneOf(CODE_ROUNDS),
            nullable=False,
        ),
        Column(
            "secondary_categories",
            Type.TEXT_LIST,
            "Secondary categories, the main one first; empty if no category fits.",
            None,
            False,
        ),
        c.text("codebook_version", "Content hash of the codebook used.", nullable=False),
        c.flag("is_current_codebook", "Whether that is the study's present codebook."),
        c.flag(
            "is_usable",
            "Whether each of its categories still means the same in the present codebook.",
        ),
        c.text("sample_id", "The sample for coding that the task was drawn in; null if none."),
        c.ratio("inclusion_probability", "Probability with which the task was drawn."),
        c.text("part", "What the task may be used for.", OneOf(SAMPLE_PARTS)),
        c.flag("is_reliability", "Whether several coders were asked.", nullable=True),
        c.instant("coded_at", "When it was coded; null if the tool did not say.", nullable=True),
        c.instant("imported_at", "When the code was imported."),
        c.text("source_format", "Format of the file.", _WORD, nullable=False),
        c.text("source_file", "Name of the file.", nullable=False),
        c.count("source_line", "Line or record in the file, from 1.", unit="index"),
        c.text("comment", "What the coder noted."),
    ),
)

CODING_TASKS = Table(
    layer="core",
    name="coding_tasks",
    grain="one row per sample for coding and video of it that the crawl month has",
    description=(
        "Which of the month's videos were drawn for people to code, coded since or not, and with "
        "which probability: without that nothing can be concluded for the other videos."
    ),
    key=("crawl_month", "sample_id", "account_id", "video_id"),
    columns=(
        c.CRAWL_MONTH,
        c.text("sample_id", "The sample for coding.", nullable=False),
        c.ACCOUNT_ID,
        c.VIDEO_ID,
        Column(
            "sample_crawl_month",
            Type.DATE,
            "Crawl month of the videos that the sample was drawn from.",
            "month",
            False,
        ),
        c.text(
            "sample_population",
            "Population that the sample was drawn from.",
            OneOf(c.POPULATIONS),
            nullable=False,
        ),
        c.required(HUMAN_CODES.column("inclusion_probability")),
        c.ratio(
            "evaluate_share_ratio",
            "Probability with which a task of the sample is kept for evaluation.",
            nullable=False,
        ),
        c.required(HUMAN_CODES.column("part")),
        c.flag("is_reliability", "Whether several coders were asked."),
    ),
)

MACHINE_CODES = Table(
    layer="core",
    name="machine_codes",
    grain="one row per video in an account's list and crawl month",
    description=(
        "What the machines say of every video, those that people coded included: the cue words, "
        "and the trained coder where there is one. Their errors can be measured only so."
    ),
    key=("crawl_month", "account_id", "video_id"),
    columns=(
        c.CRAWL_MONTH,
        c.ACCOUNT_ID,
        c.VIDEO_ID,
        c.text(
            "cue_word_category",
            "Secondary category by cue words; null if the title holds none.",
            _WORD,
        ),
        Column("matched_cues", Type.TEXT_LIST, "Cue words found in the title.", None, False),
        c.text("cue_word_method", "The rule of the cue words, with its version.", nullable=False),
        c.text(
            "machine_category",
            "Secondary category of the trained coder, or `none` (no category fits); null if it "
            "abstains or there is no such coder.",
            _WORD,
        ),
        c.ratio("machine_confidence", "How sure the trained coder is of its best guess."),
        c.text("machine_method", "The trained coder, with its id; null if there is none."),
        c.text(
            "machine_codebook_version",
            "Content hash of the codebook that the trained coder was made with.",
        ),
        c.flag(
            "is_learnt_from",
            "Whether the trained coder has learnt from a person's code of this video or its title: "
            "such a video can't be used to judge it.",
        ),
        c.text(
            "codebook_version", "Content hash of the codebook of the cue words.", nullable=False
        ),
    ),
    rules=(RowsBetween(minimum=1),),
)

CODING_RELIABILITY = Table(
    layer="analysis",
    name="coding_reliability",
    grain="one row per crawl month, category and coefficient",
    description=(
        "Agreement of the coders before adjudication, on the videos that several coded blind, "
        "overall and for each category against all others."
    ),
    key=("crawl_month", "category_level", "category", "coefficient"),
    columns=(
        c.CRAWL_MONTH,
        _LEVEL,
        _CATEGORY,
        c.text(
            "coefficient",
            "Which coefficient; `krippendorff_alpha` is nominal, `krippendorff_alpha_masi` of sets "
            "of codes, `machine_alpha` the nominal one of people's code and the machine's.",
            OneOf((*COEFFICIENTS, SET_COEFFICIENT, MACHINE_COEFFICIENT)),
            nullable=False,
        ),
        c.number("value", "Its value; null if it can't be computed.", "1 is perfect agreement"),
        *INTERVAL,
        c.count("unit_count", "Videos with at least two codes."),
        c.count(
            "coder_count",
            "Coders whose codes are compared; `machine_alpha`: 2, people as one and the machine.",
        ),
        c.count("code_count", "Codes compared."),
        c.ratio(
            "human_coded_ratio",
            "Share of the sample's videos whose code comes from people, the others having a "
            "machine's; overall only.",
        ),
        c.text(
            "verdict",
            "`reliable`, `tentative` or `insufficient`: what the study's thresholds say of the "
            "value (not of an end of its interval) of Krippendorff's alpha of these videos and "
            "codes; `unknown`: no alpha, or too few videos, which the note tells.",
            OneOf(RELIABILITY_VERDICTS),
            nullable=False,
        ),
        METHOD,
        NOTE,
    ),
    rules=(NotLess("interval_high", "interval_low"),),
)

MACHINE_EVALUATION = Table(
    layer="analysis",
    name="machine_evaluation",
    grain="one row per crawl month, way of coding and category",
    description=(
        "How often each machine coder agrees with people, on videos it was not trained on, "
        "weighted by their known sampling probabilities."
    ),
    key=("crawl_month", "coding_method", "category_level", "category"),
    columns=(
        c.CRAWL_MONTH,
        c.required(c.CODING_METHOD),
        _LEVEL,
        _CATEGORY,
        c.count("human_count", "Videos that people gave this category."),
        c.count("machine_count", "Videos that the machine gave this category."),
        *_with_interval("precision", "Of the machine's, the share that people gave too."),
        *_with_interval("recall", "Of people's, the share that the machine gave too."),
        *_with_interval("f1", "Harmonic mean of precision and recall; overall: their plain mean."),
        c.ratio("accuracy_ratio", "Share of all videos with the same category; overall only."),
        c.ratio("abstained_ratio", "Share of videos without a word of the machine; overall only."),
        METHOD,
        NOTE,
    ),
)

CATEGORY_PREVALENCE = Table(
    layer="analysis",
    name="category_prevalence",
    grain="one row per crawl month, population, category and estimator",
    description=(
        "Share of each category: as the machine counts it, as the human sample alone says, and "
        "the machine's corrected by the human sample."
    ),
    key=("crawl_month", "population", "category_level", "category", "estimator"),
    columns=(
        c.CRAWL_MONTH,
        c.POPULATION,
        _LEVEL,
        _CATEGORY,
        c.text(
            "estimator",
            "`uncorrected`: as the machine counts, its errors included; `human_only`: the human "
            "sample weighted by its probabilities; `corrected`: within each of the machine's words "
            "the share of people's codes. People's codes are taken as true.",
            OneOf(PREVALENCE_ESTIMATORS),
            nullable=False,
        ),
        c.ratio("share_ratio", "Share of the population's videos; null if refused."),
        c.ratio("share_low_ratio", "Lower end of the 95 % interval; null where none holds."),
        c.ratio("share_high_ratio", "Upper end of the 95 % interval; null where none holds."),
        c.VIDEO_COUNT,
        c.count(
            "human_code_count",
            "Videos that people coded and that the estimate rests on, whatever their category: "
            "the same number for every category.",
        ),
        c.text("machine_method", "The machine that is corrected.", nullable=False),
        METHOD,
        NOTE,
        c.INCOMPLETE_ACCOUNTS,
    ),
    rules=(NotLess("share_high_ratio", "share_low_ratio"),),
)
