"""Is a line nothing but a label that says: made by, or with, an AI (GB 45438-2025, 《人工智能生成合成内容标识办法》)?

A sentence that speaks of such things is no label: the whole line must be made of a label's parts. Nor is what may as
well be a heading, such as AI绘画.
"""

import re
import unicodedata

LONGEST = 120  # characters; a longer line is prose, however it begins
_EDGES = " ()[]{}<>【】〔〕〖〗「」『』《》〈〉*#·•●○◆◇■□▲△▼★☆※—–-_~|\"'“”‘’.。!,;:、"

# Chinese, without spaces
_TOOL = (
    r"(?:aigc|(?:生成式)?(?:ai|人工智能)|(?:ai)?大(?:语言)?模型|chatgpt|gpt-?[0-9.o]*|deepseek|kimi|sora|midjourney|"
    r"文心一言|豆包|通义千问|讯飞星火|腾讯元宝|即梦|可灵)"
    r"(?:大模型|模型|技术|工具|软件|系统|平台|助手|算法|\(aigc\)|\(ai\))*"
)
_WORK = (
    r"(?:全文|文章|正文|文字|文本|文|稿件|稿|新闻|消息|报道|内容|作品|标题|摘要|译文|图片|图像|图文|配图|插图|插画|"
    r"海报|漫画|照片|图|视频|音频|语音|画面|信息|创作|数据)"
)
_IN_IT = r"(?:(?:本|此|该)(?:文|稿|篇|报道|视频)(?:的|中)?)?"
_THESE = r"(?:本|此|该|以上|上述|以下|文中|部分|全部|所有|题|首|头)"
_WORKS = rf"(?:{_IN_IT}{_THESE}*{_WORK}(?:[和及与、/]?{_WORK})*(?:内容|部分)?)"
_RESULT = r"(?:内容|图片|图像|图|插图|配图|视频|音频|语音|文字|文本|作品|文章|海报|画面|信息)"
_HELPING = r"(?:辅助|协助|参与|自动|独立|直接|智能|深度|共同|联合)"
_MAKING = r"(?:生成|合成|创作|制作|绘制|制图|绘图|作图|配音|生产)"
_DOING = rf"(?:{_MAKING}|写作|撰写|编写|编辑|编译|翻译|润色|改写|整理|绘画|播报|完成)"
_BY = r"(?:(?:系|为|是|均|全|都|疑似|可能|含有?|包含)*(?:由|经|用|使用|利用|借助|通过|采用|运用|基于|应用)*)"
_MADE = rf"{_HELPING}*{_MAKING}(?:[和及与、/]?{_HELPING}*{_MAKING})*(?:而成|的)?"
_DONE = rf"{_HELPING}*{_DOING}(?:[和及与、/]?{_HELPING}*{_DOING})*(?:而成|的)?"
_NOTE = r"(?:(?:特别|温馨|重要)?(?:声明|说明|注|备注|提示|提醒|标识|编者按)[::]?)"
_SEEN = r"(?:审核|审校|校对|核对|复核|审定|核实|修改|编辑|润色)"
_CAUTION = (
    r"(?:[,;。.、]?(?:仅供(?:参考|示意|阅读)|(?:请|敬请|注意|谨慎|仔细|自行)+(?:参考|甄别|辨别|识别|核实|鉴别)|"
    rf"(?:已?(?:经|由))?(?:人工|编辑|记者|作者|小编)(?:已|人工)*{_SEEN}(?:过|发布)?|"
    r"不代表(?:本[网报台刊端]|我们|作者|平台)(?:的)?(?:观点|立场)))*"
)
_CREDIT = r"(?:图源|图片来源|来源|制图|绘图|插画|作者|撰文|编译|翻译|图|文|图文|配音)[::/|]"
_CHINESE = re.compile(
    rf"{_NOTE}?(?:"
    rf"{_WORKS}?{_BY}{_TOOL}{_MADE}{_RESULT}?"  # AI合成, 本文由AI辅助生成, 含AI生成内容
    rf"|(?:{_WORKS}{_BY}|由){_TOOL}{_DONE}"  # 本文由AI翻译
    rf"|{_WORKS}{_BY}{_TOOL}的?(?:辅助|协助)"  # 内容由AI辅助
    rf"|{_WORKS}{_DOING}(?:过程)?中?(?:使用|借助|利用|采用|运用)了?{_TOOL}的?(?:辅助|协助)?"  # 本文写作使用了AI
    rf"|{_TOOL}(?:辅助|协助){_DONE}"  # AI辅助写作
    rf"|{_CREDIT}{_TOOL}(?:{_MADE})?{_RESULT}?"  # 图源:AI
    rf"){_CAUTION}"
)

# English, with single spaces
_ANY_TOOL = (
    r"(?:an? )?(?:generative )?(?:ai|a\.i\.|artificial intelligence|aigc|chatgpt|gpt-?[0-9.o]*|deepseek|midjourney|"
    r"llms?|large language models?)(?: (?:tools?|models?|technology|software|assistants?))?"
)
_MADE_SO = (
    r"(?:generated|created|written|produced|made|assisted|translated|edited|drafted|composed|synthesi[sz]ed|"
    r"illustrated|enhanced)"
)
_THING = (
    r"(?:articles?|story|stories|text|content|post|report|news|images?|pictures?|photos?|illustrations?|videos?|audio|"
    r"graphics?|translation|summary|headline)"
)
_THINGS = (
    rf"(?:(?:(?:parts?|portions?|some|all) of )?(?:(?:this|the|these|all) )?{_THING}(?: (?:and|or) {_THING})* "
    r"(?:was|is|were|are|has been|have been|may be) )"
)
_WITH_IT = (
    r"(?:(?:partly|partially|fully|entirely|automatically|in part) )?"
    rf"{_MADE_SO}(?: (?:and|or) {_MADE_SO})?(?: in part)? "
    r"(?:by|with|using|through|via)(?: the)?(?: (?:help|use|aid|assistance|support) of)? "
    rf"{_ANY_TOOL}(?: (?:assistance|help|support))?"
)
_ENGLISH = re.compile(
    r"(?:(?:note|disclosure|disclaimer|label|credit|image|photo|picture|illustration|source): ?)?(?:"
    rf"{_THINGS}?{_WITH_IT}|{_THINGS}?ai[- ]{_MADE_SO}(?: {_THING})?"
    rf"|(?:this {_THING} )?(?:contains?|includes?|with) ai[- ]{_MADE_SO} {_THING})"
)


def is_label(line: str) -> bool:
    """Whether a line says of what it stands on that an AI made it, or helped to, and says nothing else."""
    if len(line) > LONGEST:
        return False
    told = _plain(line)
    return bool(_CHINESE.fullmatch(told.replace(" ", "")) or _ENGLISH.fullmatch(told))


def _plain(line: str) -> str:
    """In one width and case, without characters that nobody sees, and without brackets and bullets around it."""
    folded = unicodedata.normalize("NFKC", line).casefold()
    seen = "".join(character for character in folded if unicodedata.category(character) != "Cf")
    return " ".join(seen.split()).strip(_EDGES)
