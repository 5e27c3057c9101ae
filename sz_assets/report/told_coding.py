"""Chinese for what is noted of codes: agreement, what machines get wrong, shares of categories.

Here: the phrases. Not here: how they are matched (`told`).
"""

from __future__ import annotations

PHRASES = {
    # Agreement.
    "Independent codes of the same videos": "对同一批视频的独立编码",
    "95 % bootstrap over videos (BCa)": "以视频为单位的 95 % 自助法区间（BCa）",
    "Main code of people against that of {machine}, which was not trained on these videos": (
        "人工的主要编码与 {machine} 的编码相比，后者未用这些视频训练"
    ),
    "{x}, or the cue words where it abstains ({n} videos)": "{x}（其不作判断的 {n} 条用提示词）",
    "machine:{x}": "machine:{x}",
    "cue_words:{x}": "cue_words:{x}",
    "each video counts the same, however likely it was to be drawn": (
        "每条视频权重相同，不论其入样概率"
    ),
    "no interval: every draw of units gives the same value": "没有区间：每次抽取的结果都相同",
    "no interval: fewer than {n} units have two codes": "没有区间：有两个编码的视频不足 {n} 条",
    "no interval was asked for": "未要求区间",
    "no interval: too many draws of units have no variation": "没有区间：太多次抽取没有变异",
    "no interval: the draws of units miss the value": "没有区间：各次抽取都偏离所得的值",
    "no unit has codes of two coders": "没有一条视频有两名编码员的编码",
    "every code is the same value: without variation it is not defined": (
        "所有编码都相同：没有变异，系数无定义"
    ),
    "defined for two coders who are known one by one": "只对身份确定的两名编码员有定义",
    "Nobody coded a video that somebody else coded as well, with the categories as they are now: "
    "sz-assets coding export draws a sample and gives the same videos to several coders": (
        "按现行类目，没有一条视频由两人编过：sz-assets coding export 会抽取样本，"
        "并把同一批视频交给多名编码员"
    ),
    "Nobody coded a video that somebody else coded as well: sz-assets coding export draws a sample "
    "and gives the same videos to several coders": (
        "没有一条视频由两人编过：sz-assets coding export 会抽取样本，并把同一批视频交给多名编码员"
    ),
    "Codes made with an older codebook no longer compare: a category among them means something "
    "else now, and to leave out that one would hide what it was mistaken for": (
        "用旧版编码表做的编码不再可比：其中有类目的含义已变，若略去它，就看不出它曾与什么混淆"
    ),
    "Have the videos coded again with the present codebook": "请用现行编码表重新编码这些视频",
    "On {n1} of {n2} videos no machine said anything, which counts as `none`: the tables have no "
    "category for them": (
        "{n2} 条视频中有 {n1} 条机器未作判断，按“不属任何类目”（none）计：表中没有它们的类目"
    ),
    "No verdict: of {n1} videos that people coded {n2}, likely the harder ones, are not decided": (
        "不下结论：人工编过的 {n1} 条视频中有 {n2} 条尚无定论，多半是较难的"
    ),
    "No verdict: fewer than {n1} videos tell, {n2} of them in the category, or else outside it": (
        "不下结论：能说明问题的视频不足 {n1} 条，该类目之内（或之外）只有 {n2} 条"
    ),
    # What machines get wrong.
    "people's main code of the sampled videos, each weighted by 1 / its inclusion probability": (
        "样本视频的人工主要编码，各以 1 / 入样概率加权"
    ),
    "people's main code of the sampled videos, each weighted by 1 / its inclusion probability "
    "(summed over the samples that have it)": (
        "样本视频的人工主要编码，各以 1 / 入样概率加权（概率为含该视频的各样本之和）"
    ),
    "Wilson at the effective number": "按有效样本量求 Wilson 区间",
    "plain mean of the secondary categories' F1, without an interval": (
        "各二级类目 F1 的简单平均，没有区间"
    ),
    "accuracy counts abstentions as wrong": "准确率把不作判断计为错",
    "{n} coded videos are left out: it may have seen them": (
        "{n} 条编过的视频已略去：机器可能见过它们"
    ),
    "{n} coded videos are left out, likely the harder ones: their coders differ and nobody has "
    "adjudicated": "{n} 条编过的视频已略去，多半是较难的：编码员意见不一，且无人复议",
    "{n1} of {n2} coded videos are left out, since their categories, `none` among them, mean "
    "something else since the codebook was changed: the others are no random part, so that the "
    "figures are likely too good, and can't be compared with those before": (
        "编过的 {n2} 条视频中有 {n1} 条已略去，因为编码表修改之后其类目（含 none）的含义已变："
        "余下的并非随机的一部分，数字可能偏好，也不能与以前的相比"
    ),
    "only {n} videos coded by people count here": "这里只有 {n} 条人工编码的视频可用",
    "neither a person nor the coder chose it: nothing is defined": (
        "人与机器都没有选过它：各项指标均无定义"
    ),
    "no person chose it: recall is not defined": "没有人选过它：查全率无定义",
    "the coder never chose it: precision is not defined": "机器从未选过它：查准率无定义",
    "no item has a human code: nothing can be evaluated": "没有人工编码：无从评价",
    "the macro mean leaves out categories that nobody chose: {x}": (
        "宏平均不计没有人选过的类目：{x}"
    ),
    # Shares of categories.
    "Share of the machine's codes": "机器编码中的占比",
    "Human sample weighted by 1 / inclusion probability (Hájek)": (
        "人工样本以 1 / 入样概率加权（Hájek 估计）"
    ),
    "Wilson with effective size and finite population correction": (
        "按有效样本量的 Wilson 区间，并作有限总体校正"
    ),
    "Human sample post-stratified on the machine's code": "人工样本按机器的编码作事后分层",
    "Wilson with effective size and finite population correction in the videos that the machine "
    "puts into the category and in all others, combined by MOVER": (
        "在机器归入该类目的视频与其余视频中，各按有效样本量求 Wilson 区间并作有限总体校正，"
        "再用 MOVER 法合并"
    ),
    "No interval: the machine's errors are in it, and counting shows none": (
        "没有区间：其中含机器的误差，而计数显不出误差"
    ),
    "Cue words never say that no category fits": "提示词从不判定“不属任何类目”",
    "{n1} of {n2} tasks have no human code: taken to be like the coded ones of the same machine "
    "code": "{n2} 个编码任务中有 {n1} 个没有人工编码：视为与机器编码相同的已编任务相仿",
    "No human code for the {n} videos with the machine code {x}: the share is taken from the "
    "others, the interval allows for none and for all of them": (
        "机器编码为 {x} 的 {n} 条视频没有人工编码：占比取自其余视频，区间已容许其中全无或全是"
    ),
    "Refused: {n1} human codes, {n2} are needed": "不予估计：只有 {n1} 个人工编码，需要 {n2} 个",
    "Refused: {n1} of {n2} tasks ({n3}) have no human code, at most {n4} may": (
        "不予估计：{n2} 个编码任务中有 {n1} 个（{n3}）没有人工编码，至多可有 {n4}"
    ),
    "Refused: no sample was drawn for people to code: sz-assets coding export draws one": (
        "不予估计：没有抽取供人工编码的样本；sz-assets coding export 可抽取"
    ),
    "Refused: the videos that people code were drawn from {whole} of {x}, and their probabilities "
    "hold for those only: sz-assets coding export draws a sample of this month": (
        "不予估计：人工编码的视频抽自 {x} 的{whole}，其概率只对那些视频成立；"
        "sz-assets coding export 可抽取本月的样本"
    ),
    "the study's sample": "研究样本",
    "all videos": "全部视频",
    "Refused: no task of the sample was kept for evaluation of the trained coder": (
        "不予估计：样本中没有为评价训练的机器而保留的任务"
    ),
    "Refused: {n1} of {n2} tasks were coded, but not decided: sz-assets coding adjudicate lists "
    "those whose coders differ": (
        "不予估计：{n2} 个编码任务中有 {n1} 个已编而未定；"
        "sz-assets coding adjudicate 列出编码员意见不一的任务"
    ),
    "where a category has changed its meaning since, code the videos again": (
        "类目的含义若已改变，请重新编码这些视频"
    ),
}
