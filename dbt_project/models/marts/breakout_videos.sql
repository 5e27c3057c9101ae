-- One row per video that breaks out in the crawl month.
-- depends_on: {{ ref("fct_account_month") }}
{{ config(pre_hook="{{ delete_outdated_growth() }}") }}
{% set rules = breakout_rules() %}

with

videos as (
    select * from {{ ref("fct_video_month") }}
    where {{ in_months_with_new_growth() }} and like_count is not null
),

growth as (
    select * from {{ ref("video_growth") }}
    where {{ in_months_with_new_growth() }}
),

-- How many videos with likes an account has: ranks by likes run from 1 to this.
sizes as (
    select
        crawl_month,
        account_id,
        count(like_count) as video_count
    from {{ ref("fct_video_month") }}
    where {{ in_months_with_new_growth() }}
    group by crawl_month, account_id
),

-- Of a video with more than twice this, it is the median of the account's other videos: such a
-- video stands above the middle, so that the others keep their places without it.
medians as (
    select
        middle.crawl_month,
        middle.account_id,
        sizes.video_count - 1 as other_video_count,
        avg(middle.like_count) as account_median_like_count
    from {{ ref("fct_video_month") }} as middle
    inner join sizes
        on
            middle.crawl_month = sizes.crawl_month
            and middle.account_id = sizes.account_id
    where
        sizes.video_count > {{ rules["other_videos"] }}
        and 2 * middle.like_rank between sizes.video_count + 1 and sizes.video_count + 3
    group by middle.crawl_month, middle.account_id, sizes.video_count
),

outstanding as (
    select
        videos.crawl_month,
        videos.account_id,
        videos.video_id,
        videos.published_at,
        videos.title,
        videos.url,
        videos.like_count,
        growth.like_growth,
        growth.previous_crawl_month,
        medians.account_median_like_count,
        medians.other_video_count,
        videos.like_count / medians.account_median_like_count as like_multiple,
        case
            when growth.previous_crawl_month is null
                then
                    case
                        when
                            {{ days_between("videos.published_at", "videos.observed_at") }}
                            <= {{ rules["new_days"] }}
                            then 'new'
                    end
            when growth.is_new is null or growth.is_new
                then
                    case
                        when videos.published_at >= growth.previous_crawl_month then 'new'
                    end
            when 2 * growth.like_growth >= videos.like_count then 'grown'
        end as breakout_kind,
        videos.coverage_verdict,
        videos.data_origin
    from videos
    inner join medians
        on
            videos.crawl_month = medians.crawl_month
            and videos.account_id = medians.account_id
    left join growth
        on
            videos.crawl_month = growth.crawl_month
            and videos.account_id = growth.account_id
            and videos.video_id = growth.video_id
    where
        medians.account_median_like_count > 0
        and videos.like_count >= {{ rules["multiple"] }} * medians.account_median_like_count
),

of_accounts as (
    select
        *,
        row_number() over (
            partition by crawl_month, account_id
            order by like_multiple desc, published_at asc, video_id asc
        ) as account_rank
    from outstanding
    where breakout_kind is not null
),

ranked as (
    select
        *,
        row_number() over (
            partition by crawl_month
            order by like_multiple desc, published_at asc, video_id asc, account_id asc
        ) as breakout_rank
    from of_accounts
    where account_rank <= {{ rules["per_account"] }}
),

final as (
    select * from ranked
    where breakout_rank <= {{ rules["per_month"] }}
)

select
    crawl_month,
    account_id,
    video_id,
    breakout_rank,
    breakout_kind,
    published_at,
    title,
    url,
    like_count,
    like_growth,
    previous_crawl_month,
    account_median_like_count,
    other_video_count,
    like_multiple,
    coverage_verdict,
    data_origin
from final
