"""Files of the coding store: every code as it was imported, and the samples that were drawn.

Here: what is kept for ever and not published. Not here: what the pipeline makes of it (`coding`).
"""

from __future__ import annotations

from sz_assets.contracts import columns as c
from sz_assets.contracts.coding import HUMAN_CODES
from sz_assets.contracts.table import Column, Matches, Table, Type

STORED_CODES = Table(
    layer="coding",
    name="codes",
    grain="one row per code ever imported",
    description="What each coder said, as it was imported; never changed and never removed.",
    key=("import_id", "account_id", "video_id", "coder_id", "code_round"),
    columns=(
        c.count("import_number", "The imports in order, from 1.", unit="index"),
        c.text("import_id", "Content hash of the import.", Matches("^[0-9a-f]+$"), nullable=False),
        c.ACCOUNT_ID,
        c.VIDEO_ID,
        *(
            HUMAN_CODES.column(name)
            for name in (
                "coder_id",
                "code_round",
                "secondary_categories",
                "codebook_version",
                "sample_id",
                "coded_at",
                "imported_at",
                "source_format",
                "source_file",
                "source_line",
                "comment",
            )
        ),
        c.text("source_sha256", "SHA-256 of the file.", Matches("^[0-9a-f]{64}$"), nullable=False),
    ),
)

SAMPLE_TASKS = Table(
    layer="coding",
    name="tasks",
    grain="one row per task of a sample for coding",
    description="The drawn videos with what coders see, how they were drawn, and who codes them.",
    key=("account_id", "video_id"),
    columns=(
        c.ACCOUNT_ID,
        c.VIDEO_ID,
        c.TITLE,
        c.URL,
        c.text("account_name", "Name of the account as coders see it."),
        c.text(
            "machine_category",
            "Secondary category that the strata go by; null if the machine gave none.",
            Matches("^[a-z0-9_]+$"),
        ),
        c.text("stratum", "Account and machine category.", nullable=False),
        c.count("stratum_size", "Videos of the stratum."),
        c.count("stratum_sample_size", "Videos of the stratum that were drawn."),
        c.required(HUMAN_CODES.column("inclusion_probability")),
        c.required(HUMAN_CODES.column("part")),
        c.flag("is_reliability", "Whether several coders were asked."),
        Column("coder_ids", Type.TEXT_LIST, "Who codes the task, sorted.", None, False),
    ),
)
