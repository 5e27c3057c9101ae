"""Parts from which the embedded platform's captions are put together.

Here: original Chinese phrases by content category and field. Not here: how they are chosen
(`captions`), nor the codebook's cue words, which are the study's.
"""

from __future__ import annotations

PLACES = (
    "福田", "罗湖", "南山", "盐田", "宝安", "龙岗", "龙华", "坪山", "光明", "大鹏", "前海", "蛇口",
    "华强北", "深圳湾", "莲花山", "梧桐山", "大梅沙", "东门", "沙井", "坂田",
)  # fmt: skip

LEADS: dict[str, tuple[str, ...]] = {
    "news": ("记者带你看", "刚刚获悉", "现场画面来了", "今日关注", "镜头记录", "你知道吗"),
    "traffic": ("蜀黍提醒", "铁骑视角", "路面直击", "早高峰播报", "铁骑日记", "各位司机注意"),
    "police": ("警方发布", "执勤日记", "今晚八点", "警情速递", "蓝朋友的一天", "请看现场"),
    "health": ("健康小课堂", "医生有话说", "值班日记", "卫生科普", "家长请收藏", "一分钟了解"),
    "cyber": ("网警提醒", "上网小课堂", "屏幕前的你", "谣言粉碎机", "网络巡查日志", "别轻信"),
    "tourism": ("周末去哪儿", "跟我逛深圳", "旅行清单", "一起出发", "收藏这条路线", "风景在身边"),
    "military": ("军情速递", "演播室连线", "装备解读", "军营故事", "热点观察", "航迹追踪"),
}

CLOSERS = (
    "", "", "你怎么看？", "转给身边的人", "一起来看看", "点赞！", "太不容易了", "评论区聊聊",
    "记得收藏", "为他们喝彩", "这一幕太暖了", "请扩散",
)  # fmt: skip

# No cue of any category: what a cue-word coder cannot place.
PLAIN = (
    "{place}的这一刻，看完沉默了", "最后几秒千万别错过", "这是什么神仙画面", "{place}，早上好",
    "今天的你还好吗", "看到第{n}秒笑出声", "原来答案在这里", "有被惊到吗",
)  # fmt: skip

SENTENCES: dict[str, tuple[str, ...]] = {
    "construction_entity": (
        "{place}的民营企业家聊起创业第{n}年",
        "工地上的建设者把{place}新地铁站提前封顶",
        "{n}家科技企业落户{place}，老板们怎么说",
        "{place}产业园里，工程师连夜攻关",
        "企业家代表走进{place}，共话营商环境",
    ),
    "organizational_entity": (
        "市人大代表在{place}听取{n}条建议",
        "市政府新闻发布会：{place}今年要办{n}件民生实事",
        "市委部署{place}重点工作，会议划出重点",
        "政协委员调研{place}，现场给出答复",
        "{place}街道办把办公桌搬到了居民楼下",
    ),
    "citizen_entity": (
        "{place}市民自发排队，为急救车让出一条路",
        "热心街坊跳进河里救起落水老人",
        "{place}志愿者连续服务{n}小时",
        "下班路上，居民在{place}扶起摔倒的孩子",
        "好心人捡到{n}万元，在{place}等失主",
    ),
    "general_core": (
        "{place}路口新规：闯红灯罚款多少",
        "办理居住证只要{n}分钟，{place}窗口实测",
        "便民服务进{place}，社保业务当场办结",
        "礼让行人怎么判？{place}交通安全小测试",
        "电动车上牌、驾照换证，{place}政务服务指南",
    ),
    "overall_regional": (
        "全市各区同时点亮，{place}分会场最热闹",
        "大湾区一小时生活圈，{place}到广州有多快",
        "深中通道通车后，{place}变成区域枢纽",
        "城区联动：{place}与{n}条街道共建",
        "粤港澳大湾区的年轻人都来了{place}",
    ),
    "connotation_extension": (
        "平安深圳的背后，{place}的灯亮到凌晨",
        "守护万家灯火，他们在{place}站了{n}小时",
        "{place}反恐演练，{n}秒集结完毕",
        "利刃出鞘，特战队员守护和平",
        "深夜训练{n}小时，{place}的安全感来自这里",
    ),
    "natural": (
        "{place}山海相连，日出美成一幅画",
        "{place}公园的花开了，{n}种颜色",
        "红树林飞来{n}只候鸟，生态环境越来越好",
        "台风过后，{place}的天空出现双彩虹",
        "徒步{place}，一路都是海风和绿道",
    ),
    "humanistic": (
        "{n}架无人机在{place}夜空致敬医护人员",
        "这座城市对读书人很温柔，{place}书吧通宵营业",
        "{place}的人文关怀：给环卫工留一间休息屋",
        "医生在{place}手术室坚守{n}小时，向他们致敬",
        "{place}图书馆里的爷爷，读书{n}年",
    ),
    "economic": (
        "深圳经济特区走过四十年，{place}巨变",
        "{place}GDP再上台阶，外贸增长{n}%",
        "夜间经济回来了，{place}消费旺",
        "{place}港口集装箱吞吐量创新高",
        "新能源产业链在{place}集聚，产值超{n}亿",
    ),
    "modern_ancient": (
        "{place}古城墙下，藏着{n}年历史",
        "博物馆上新：{n}件文物抵达{place}",
        "从小渔村到现代都市，{place}老照片对比",
        "展览预告：青铜器首次来到{place}",
        "客家围屋遇上现代艺术，{place}一日看尽",
    ),
    "ethnic": (
        "{n}个民族的歌舞在{place}同台",
        "民族服饰走上{place}的T台",
        "少数民族同胞在{place}过火把节",
        "{place}广场上，苗族姑娘跳起芦笙舞",
        "石榴籽一家亲：{place}各民族邻里宴",
    ),
    "secular_religious": (
        "高考第一天，{place}考生忘带准考证",
        "{place}妈祖诞庙会，舞狮队来了{n}支",
        "春节年俗：{place}花市人挤人",
        "中秋夜，{place}上空的月亮",
        "寺院钟声里，{place}祈福新年",
    ),
    "local_foreign": (
        "外国友人在{place}学打工夫茶",
        "全球最大的乐园选址{place}",
        "国际航班恢复，{place}迎来首批外籍旅客",
        "本土老字号开到海外第{n}家店",
        "老外眼中的{place}是什么样",
    ),
    "conceptual": (
        "使命在肩，誓言无声，{place}的他们从不退缩",
        "敢闯敢试的特区精神，在{place}延续",
        "坚决维护社会稳定，{place}警营的信念",
        "退役军人回到{place}，初心不改",
        "忠诚担当，是{place}最亮的价值",
    ),
    "behavioral": (
        "争分夺秒！{place}海上救援全过程",
        "民警在{place}徒手拦停失控货车，现场处置",
        "{n}分钟抓捕嫌疑人，{place}行动结束",
        "抢救成功！{place}医生路边心肺复苏",
        "暴雨夜，消防员在{place}转移{n}名群众",
    ),
    "visual": (
        "设计之都的名片，从{place}亮相",
        "{place}地标换新装，灯光秀好震撼",
        "航拍{place}天际线，{n}座高楼同框",
        "城市宣传片发布：{place}的颜色",
        "深圳制造的新标志，在{place}揭幕",
    ),
}

# What a field says instead of SENTENCES about a category of its own.
FIELD_SENTENCES: dict[tuple[str, str], tuple[str, ...]] = {
    ("cyber", "general_core"): (
        "验证码发给别人会怎样？{place}网警教你{n}秒自查",
        "刷单返利又骗了{n}万元，防骗指南请收好",
        "网络安全服务进{place}校园，这些规定要知道",
        "个人信息泄露怎么办理报案，一条讲清",
    ),
    ("cyber", "connotation_extension"): (
        "守护清朗网络，他们在{place}值守{n}小时",
        "平安上网，{place}的屏幕后面有人在",
    ),
    ("cyber", "behavioral"): (
        "{place}端掉诈骗窝点，抓捕{n}人",
        "劝阻成功！民警第一时间拦下一笔{n}万元转账",
    ),
    ("health", "general_core"): (
        "{place}社康接种疫苗，预约办理看这里",
        "医保报销新规，{place}窗口服务实测",
        "孩子发烧{n}小时，要不要去急诊",
        "体检便民服务到{place}，免费{n}项",
    ),
    ("health", "humanistic"): (
        "凌晨三点的{place}，医生还在查房，致敬",
        "护士的手写信，{place}病房里最感动的一页",
        "{n}岁奶奶出院，向医护人员鞠躬致敬",
    ),
    ("traffic", "general_core"): (
        "{place}新增{n}处抓拍，交通规则先看懂",
        "变道不打灯罚款多少？{place}实拍",
        "头盔没戴好，{place}路口被拦下",
        "驾照换证便民服务，{place}{n}分钟办结",
    ),
    ("traffic", "behavioral"): (
        "铁骑开道，{n}分钟护送产妇救援成功",
        "{place}隧道车辆起火，交警紧急救援",
    ),
    ("police", "behavioral"): (
        "破门救援！{place}民警冲进浓烟",
        "{n}秒制服，{place}抓捕现场曝光",
        "特警索降{place}，处置演练一气呵成",
    ),
    ("tourism", "natural"): (
        "{place}看海的{n}个机位，日落太美",
        "登山看云海，{place}线路全攻略",
        "{place}公园花期到了，绿道骑行{n}公里",
        "沙滩、海风、星空，{place}露营一晚",
    ),
    ("tourism", "modern_ancient"): (
        "{place}的展览排期来了，{n}场免费",
        "走进{place}古村，看{n}年老祠堂",
    ),
    ("military", "connotation_extension"): (
        "守护和平的航迹，飞过{n}个昼夜",
        "新装备亮相，利刃出鞘只为平安",
    ),
    ("military", "local_foreign"): (
        "外国军舰到访，国际联合演练开始",
        "海外维和营地的{n}天",
    ),
}

HASHTAGS: dict[str, tuple[str, ...]] = {
    "news": ("深圳", "深圳新闻", "民生", "大城小事", "正能量"),
    "traffic": ("路上的事", "铁骑", "一盔一带", "文明出行"),
    "police": ("平安深圳", "蓝朋友", "警营", "警察蓝"),
    "health": ("健康深圳", "医学科普", "科普", "健康"),
    "cyber": ("别上当", "网络安全", "防骗", "辟谣"),
    "tourism": ("深圳旅游", "周末去哪儿", "旅行", "深圳风景"),
    "military": ("军事", "军迷", "军情", "强军"),
}

# Text that a careless reader would run, render or cut; never in the 2023-10 sample.
HOSTILE = (
    '<script>alert("模拟")</script><b>加粗</b>',
    "=1+1",
    "**重点** [链接](javascript:alert(1)) `代码` | 表格 | ![图](x)",
    "他说：\"走！\"她答：'好'；\\反斜杠\\ {{模板}} ${变量} %s",
    "🚓👮‍♀️🏙️ 家人们👨‍👩‍👧‍👦谁懂啊🤣",
    "第一行\n第二行\r\n\t第三行",
    "'; DROP TABLE videos; --",
    "\u202e倒着写的字\u202c &amp; &lt;实体&gt; \ufeff零宽\u200b空格",
)
