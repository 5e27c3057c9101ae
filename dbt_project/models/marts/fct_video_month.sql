-- One row per video in an account's list and crawl month.
with

videos as (
    select * from {{ ref("stg_videos") }}
    where {{ in_part() }}
),

coverage as (
    select * from {{ ref("stg_crawl_coverage") }}
),

ranks as (
    select * from {{ ref("int_video_ranks") }}
    where {{ in_part() }}
),

codes as (
    select * from {{ ref("stg_video_codes") }}
    where {{ in_part() }}
),

final as (
    select
        videos.crawl_month,
        videos.account_id,
        videos.video_id,
        videos.observed_at,
        videos.published_at,
        videos.published_year,
        videos.weekday,
        videos.hour,
        videos.title,
        videos.hashtags,
        videos.media_type,
        videos.duration_seconds,
        videos.like_count,
        videos.favorite_count,
        videos.share_count,
        videos.comment_count,
        videos.play_count,
        videos.is_pinned,
        ranks.like_rank,
        ranks.is_in_sample,
        codes.primary_category,
        codes.secondary_category,
        codes.secondary_categories,
        codes.coding_method,
        codes.coding_confidence,
        codes.codebook_version,
        videos.url,
        videos.raw_page_sha256,
        videos.raw_item_index,
        coverage.coverage_verdict,
        videos.data_origin
    from videos
    left join coverage
        on
            videos.crawl_month = coverage.crawl_month
            and videos.account_id = coverage.account_id
    left join ranks
        on
            videos.crawl_month = ranks.crawl_month
            and videos.account_id = ranks.account_id
            and videos.video_id = ranks.video_id
    left join codes
        on
            videos.crawl_month = codes.crawl_month
            and videos.account_id = codes.account_id
            and videos.video_id = codes.video_id
)

-- Releases lie in the order of this key: what is in order already need not be sorted to publish it.
select * from final
order by crawl_month, account_id, video_id
