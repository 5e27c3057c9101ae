"""Chinese for the remarks and reasons of the study's own claims, which its file gives in English.

Here: the phrases. Not here: how they are matched (`told`).
"""

from __future__ import annotations

PHRASES = {
    # Where in the publication.
    "Abstract": "摘要",
    "Table {n}": "表 {n}",
    "Figure {n}": "图 {n}",
    "Section {n}": "第 {n} 节",
    "A counter does not show what its users felt": "计数显示不出用户的感受",
    "A counter does not show why it was used": "计数显示不出用户为何这样做",
    "A counter shows neither with whom a video was shared nor why": (
        "计数既显示不出视频分享给了谁，也显示不出为何分享"
    ),
    "A series is told by its captions": "是否系列由标题判断",
    "Account pages hold no expectations of users": "账号页面上没有用户的期待",
    "Account pages say nothing about the number or the habits of users": (
        "账号页面不说明用户的数目或习惯"
    ),
    "By the printed mean, this one video would hold a quarter of all likes of the sample": (
        "按刊出的平均数，仅这一条视频就占样本全部点赞的四分之一"
    ),
    "Captions and counters do not show how a video presents its content": (
        "标题和计数显示不出视频怎样呈现内容"
    ),
    "Captions do not tell reliably with which technique a video was made": (
        "从标题不能可靠地看出视频用何种技术制作"
    ),
    "Claims are computed per crawl month, while verification is kept for the newest month only, "
    "where dim_account shows it": "主张按采集月计算，而认证只保留最新一月的，见 dim_account",
    "Concentrated from {n1} to {n2} seconds, read as the box of the boxplot - its lower end": (
        "“集中在 {n1} 至 {n2} 秒”按箱线图的箱体理解：此为其下端"
    ),
    "Concentrated from {n1} to {n2} seconds, read as the box of the boxplot - its upper end": (
        "“集中在 {n1} 至 {n2} 秒”按箱线图的箱体理解：此为其上端"
    ),
    "Evenness is read as the Gini coefficient - lower is more even": (
        "“均匀”按基尼系数理解：越低越均匀"
    ),
    "Experience outside the platform is not observed": "平台之外的体验未被观测",
    "Figures of other statistics, quoted by the paper": "论文引用的其他统计数字",
    "account pages do not hold them": "账号页面上没有",
    "Key events are those of the study's calendar": "关键事件即研究日历中的事件",
    "one that stands out is enough": "有一个突出即可",
    "Neither the narrator's perspective nor the viewers' identification is collected": (
        "叙述者的视角和观看者的认同均未采集"
    ),
    "Neither the use of these strategies nor the city's image is measured": (
        "这些策略的使用和城市形象均未测量"
    ),
    "Neither the viewers' countries nor the use of generative AI is collected": (
        "观看者所在的国家和生成式人工智能的使用均未采集"
    ),
    "One crawl can't tell young videos from less liked ones": (
        "仅凭一次采集，分不清视频是发布不久还是点赞较少"
    ),
    "publishing_trend answers this where several crawls show how videos grow": (
        "有多次采集显示视频如何增长时，由 publishing_trend 回答"
    ),
    "One platform's pages do not show where users went": "一个平台的页面显示不出用户去了哪里",
    "Read as the codebook's category {x}, against the same account's other videos": (
        "按编码表的类目“{x}”理解，与同一账号的其他视频相比"
    ),
    "Read as the codebook's category {x}, whose cue words name landmarks, skylines and light "
    "shows": "按编码表的类目“{x}”理解，其提示词指地标、天际线和灯光秀",
    "Selective is read as a larger share of videos below {n}": (
        "“有选择”按低于 {n} 的视频占比较大理解"
    ),
    "The bounds hold for a doubling": "上、下界就时长翻倍一次而言",
    "Over the seven doublings from {n1} to {n2} seconds {n3} allows a factor of about {n4}": (
        "从 {n1} 秒到 {n2} 秒共翻倍七次，{n3} 的界限合计容许约 {n4} 倍"
    ),
    "The claim on comments read by medians, which no single video can carry": (
        "关于评论的主张按中位数理解，中位数不会为单个视频所左右"
    ),
    "The claim on sharing read by medians, which no single video can carry": (
        "关于分享的主张按中位数理解，中位数不会为单个视频所左右"
    ),
    "The examples are summarised without ids or links, so no stored video can be matched to them": (
        "例子只有概述，没有编号或链接，无法与已存的视频对应"
    ),
    "The field in the marts is the paper's own word, carried over with the study": (
        "表中的领域就是论文自己的用词，随研究沿用"
    ),
    "The paper compares with sharing and commenting": "论文与分享和评论作比较",
    "The paper does not say from which length a video is long": "论文没有说明多长算长视频",
    "The paper names no measure of a video's quality": "论文没有给出视频质量的度量",
    "The paper names no measure of an account's strength and prints no numbers by account": (
        "论文没有给出账号优势的度量，也没有刊出分账号的数字"
    ),
    "The printed count over the printed total, {n1} of {n2}, is {n3} %, which rounds to {n4} %": (
        "刊出的个数除以刊出的总数（{n2} 中的 {n1}）为 {n3} %，四舍五入为 {n4} %"
    ),
    "The printed means say otherwise as well - {n1} comments, {n2} shares, {n3} favorites": (
        "刊出的平均数也与此不同：评论 {n1}，分享 {n2}，收藏 {n3}"
    ),
    "The printed total leaves {n1} videos for this account, {n2} less {n3} times {n4}": (
        "按刊出的总数，该账号只余 {n1} 条视频，即 {n2} 减去 {n3} 乘 {n4}"
    ),
    "The texts of comments are not collected": "没有采集评论的文字",
    "The year has {n} days up to the end of October": "该年到十月底共 {n} 天",
    "That it is incomplete is tested, not how much of the fall this explains": (
        "所检验的是该年不完整，而不是这能解释多少下降"
    ),
    "Over {n}": "{n} 以上",
    "Usually is read as the median": "“通常”按中位数理解",
    "If it is at most {n1} and no video is shorter than {n2}, at least half of the videos lie "
    "between": "若中位数不超过 {n1}，且没有视频短于 {n2}，则至少一半视频在两者之间",
    "the marts hold quantiles, not the exact share": "表中有分位数，没有确切的占比",
}
