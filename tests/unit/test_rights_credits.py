"""Who is named under a picture? Lines as newsrooms really write them, with what each means."""

import pytest

from syndicate.rights.credits import Credit, credits_in, is_file_name


def source(*names: str) -> Credit:
    return Credit(kind="source", names=names)


def supplier(*names: str) -> Credit:
    return Credit(kind="supplier", names=names)


def agency(name: str) -> Credit:
    return Credit(kind="agency", names=(name,))


def nobody(words: str) -> Credit:
    return Credit(kind="nobody", names=(words,))


def by(*names: str) -> Credit:
    return Credit(kind="photographer", names=names)


def of_a_house(name: str, house: str) -> Credit:
    return Credit(kind="photographer", names=(name,), employer=house)


def reporter(*names: str, of: str = "") -> Credit:
    return Credit(kind="photographer", names=names, role="reporter", employer=of)


def correspondent(*names: str, of: str = "") -> Credit:
    return Credit(kind="photographer", names=names, role="correspondent", employer=of)


LINES: dict[str, list[Credit]] = {
    # a source
    "图片来源:东岭区文化和旅游局": [source("东岭区文化和旅游局")],
    "图片来源：东岭区文化和旅游局": [source("东岭区文化和旅游局")],
    "图\u200b源：东岭区文化和旅游局": [source("东岭区文化和旅游局")],  # copied from a page
    "图源丨东岭区文化和旅游局": [source("东岭区文化和旅游局")],
    "© 东岭区文化和旅游局": [source("东岭区文化和旅游局")],
    "新\u200b华社": [agency("新华社")],
    "ＶＣＧ": [agency("VCG")],
    "图丨顾晓舟": [by("顾晓舟")],
    "图｜顾晓舟": [by("顾晓舟")],
    "东岭山 图片来源:东岭区文化和旅游局": [source("东岭区文化和旅游局")],
    "东岭山（图片来源：东岭区文化和旅游局）": [source("东岭区文化和旅游局")],
    "图源:平原日报": [source("平原日报")],
    "图源 平原日报": [source("平原日报")],
    "图源：平原日报、湖畔网": [source("平原日报", "湖畔网")],
    "图源：平原日报/湖畔网": [source("平原日报", "湖畔网")],
    "来源：平原日报": [source("平原日报")],
    "图据平原日报": [source("平原日报")],
    "图片来自平原日报微信公众号": [source("平原日报微信公众号")],
    "照片来源：县档案馆": [source("县档案馆")],
    "图片版权:县档案馆": [source("县档案馆")],
    "圖片來源：平原日報": [source("平原日報")],
    "圖源：東嶺區文化和旅遊局": [source("東嶺區文化和旅遊局")],
    "圖丨東嶺 圖據平原日報": [source("平原日報")],
    "图 片 来 源：平原日报": [source("平原日报")],
    "来　源：平原日报": [source("平原日报")],
    "Source: Plain Daily": [source("Plain Daily")],
    "渠首 SOURCE: Plain Daily / Lake Net": [source("Plain Daily", "Lake Net")],
    "Photo credit: Plain Daily": [source("Plain Daily")],
    "Image source Plain Daily": [source("Plain Daily")],
    "(c) Plain Daily": [source("Plain Daily")],
    "(C) 平原日报": [source("平原日报")],
    "ⓒ平原日报": [source("平原日报")],
    "Copyright Plain Daily": [source("Plain Daily")],
    "转自平原日报": [source("平原日报")],
    "转载自：平原日报": [source("平原日报")],
    "翻拍自县志": [source("县志")],
    "轉自平原日報": [source("平原日報")],
    "【平原日报】": [source("平原日报")],
    "【湖畔网】渠水流进稻田": [source("湖畔网")],
    "［平原日报社］": [source("平原日报社")],
    # somebody gave it
    "縣農業農村局供圖": [supplier("縣農業農村局")],
    "Courtesy of Plain Daily": [supplier("Plain Daily")],
    "photo courtesy of Willow Village": [supplier("Willow Village")],
    "COURTESY: Willow Village": [supplier("Willow Village")],
    "The canal, photo provided by Willow Village": [supplier("Willow Village")],
    "柳湾村供图": [supplier("柳湾村")],
    "柳湾村村委会 供图": [supplier("柳湾村村委会")],
    "受访者供图": [supplier("受访者")],
    "（受访者供图）": [supplier("受访者")],
    "春耕现场。县农业农村局供图": [supplier("县农业农村局")],
    "供图：县农业农村局": [supplier("县农业农村局")],
    "供图/县农业农村局": [supplier("县农业农村局")],
    "县农业农村局/供图": [supplier("县农业农村局")],
    "图片由柳湾村村委会提供": [supplier("柳湾村村委会")],
    "照片由本人提供": [supplier("本人")],
    "县消防救援大队提供图片": [supplier("县消防救援大队")],
    # somebody sells it
    "视觉中国": [agency("视觉中国")],
    "图片来源:视觉中国": [agency("视觉中国"), source("视觉中国")],
    "视觉中国供图": [agency("视觉中国"), supplier("视觉中国")],
    "新华社发": [agency("新华社")],
    "新华社发（田野 摄）": [agency("新华社"), by("田野")],
    "新华社发(田野摄)": [agency("新华社"), by("田野")],
    "新华社记者 田野 摄": [agency("新华社"), reporter("田野", of="新华社")],
    "中新社记者 田野 摄": [agency("中新社"), reporter("田野", of="中新社")],
    "人民视觉 供图": [agency("人民视觉"), supplier("人民视觉")],
    "东方IC": [agency("东方IC")],
    "IC photo": [agency("IC photo")],
    "CFP供图": [agency("CFP"), supplier("CFP")],
    "图虫创意": [agency("图虫创意")],
    "VCG": [agency("VCG")],
    "Getty Images": [agency("Getty Images")],
    "新 华 社": [agency("新华社")],
    "新　华　社 发": [agency("新华社")],
    "新華社發": [agency("新華社")],
    "視覺中國": [agency("視覺中國")],
    "Photo: AFP": [agency("AFP"), by("AFP")],
    # somebody took it
    "顾晓舟 摄": [by("顾晓舟")],
    "顾晓舟摄": [by("顾晓舟")],
    "顾晓舟/摄": [by("顾晓舟")],
    "顾晓舟／摄": [by("顾晓舟")],
    "顾晓舟 摄影": [by("顾晓舟")],
    "顾　舟 摄": [by("顾舟")],
    "顾晓舟、石磊 摄": [by("顾晓舟", "石磊")],
    "（顾晓舟 摄）": [by("顾晓舟")],
    "渠水流进稻田。顾晓舟 摄": [by("顾晓舟")],
    "渠水流进稻田 顾晓舟 摄": [by("顾晓舟")],
    "阿依古丽·买买提 摄": [by("阿依古丽·买买提")],
    "摄影：顾晓舟": [by("顾晓舟")],
    "摄影:顾晓舟、石磊": [by("顾晓舟", "石磊")],
    "摄影/顾晓舟": [by("顾晓舟")],
    "摄/顾晓舟": [by("顾晓舟")],
    "图/顾晓舟": [by("顾晓舟")],
    "文/图 顾晓舟": [by("顾晓舟")],
    "顾晓舟 航拍": [by("顾晓舟")],
    "顾晓舟 摄影报道": [by("顾晓舟")],
    "Photo by John Smith": [by("John Smith")],
    "PHOTO BY JOHN SMITH": [by("JOHN SMITH")],
    "photo: John Smith": [by("John Smith")],
    "photo by john smith": [by("john smith")],
    "The canal. Photo by John Smith": [by("John Smith")],
    "photo：平原日报社融媒体中心": [by("平原日报社融媒体中心")],
    "摄影：平原日报社融媒体中心": [by("平原日报社融媒体中心")],
    "攝影：顧曉舟": [by("顧曉舟")],
    "顧曉舟 攝": [by("顧曉舟")],
    "摄 影：顾晓舟": [by("顾晓舟")],
    "田野（平原日报）摄": [of_a_house("田野", "平原日报")],
    "渠水流进稻田。田野(平原日报) 摄影": [of_a_house("田野", "平原日报")],
    "摄影：田野（平原日报）": [of_a_house("田野", "平原日报")],
    "photo by John Smith (Plain Daily)": [of_a_house("John Smith", "Plain Daily")],
    # with what they are
    "田野（平原日报记者）摄": [reporter("田野", of="平原日报")],
    "顾晓舟（记者）摄": [reporter("顾晓舟")],
    "記者 顧曉舟 攝": [reporter("顧曉舟")],
    "通訊員石磊 攝影": [correspondent("石磊")],
    "记者 顾晓舟 摄": [reporter("顾晓舟")],
    "记者:顾晓舟 摄": [reporter("顾晓舟")],
    "记者：顾晓舟 摄": [reporter("顾晓舟")],
    "记者顾晓舟摄": [reporter("顾晓舟")],
    "记者 顾晓舟 石磊 摄": [reporter("顾晓舟", "石磊")],
    "（记者 顾晓舟 摄）": [reporter("顾晓舟")],
    "本网记者 顾晓舟 摄": [reporter("顾晓舟", of="本网")],
    "本报记者顾晓舟 摄": [reporter("顾晓舟", of="本报")],
    "平原日报记者 田野 摄": [reporter("田野", of="平原日报")],
    "全媒体记者 顾晓舟 摄": [reporter("顾晓舟")],
    "见习记者 顾晓舟 摄": [reporter("顾晓舟")],
    "通讯员石磊 摄影": [correspondent("石磊")],
    "通讯员 石磊 摄": [correspondent("石磊")],
    "特约通讯员 石磊 摄": [correspondent("石磊")],
    "记者 顾晓舟 通讯员 石磊 摄": [reporter("顾晓舟"), correspondent("石磊")],
    "摄影：记者 顾晓舟": [reporter("顾晓舟")],
    # all that is known is that nobody knows
    "资料图片": [nobody("资料图片")],
    "资料图": [nobody("资料图")],
    "图片来自网络": [nobody("图片来自网络")],
    "来源：网络": [nobody("来源:网络")],
    "网络图片": [nobody("网络图片")],
    "网图": [nobody("网图")],
    "圖片來自網路": [nobody("圖片來自網路")],
    "資料圖片": [nobody("資料圖片")],
    "AI生成": [nobody("AI生成")],
    "AI制图": [nobody("AI制图")],
    "AI製圖": [nobody("AI製圖")],
    "渠水流进稻田（AI生成）": [nobody("AI生成")],
    "渠水流进稻田 AI制图": [nobody("AI制图")],
    "AI-generated image": [nobody("AI-generated image")],
    # nothing
    "【图集】渠水流进稻田": [],
    "【天气预报】": [],
    "机器运转自如": [],
    "市民参观AI生成技术展": [],
    "A courtesy visit to the source of the river": [],
    "": [],
    "渠水流进稻田": [],
    "这组照片摄于4月": [],
    "正在摄影展上参观的市民": [],
    "微信图片_20250711093015.jpg": [],
    "IMG_2051.JPG": [],
    "1752199.png": [],
}


@pytest.mark.parametrize("line", LINES)
def test_a_credit_line_says(line: str):
    assert list(credits_in(line)) == LINES[line]


@pytest.mark.parametrize(
    "name", ["微信图片_20250711093015.jpg", "IMG_2051.JPG", "图片1.png", "mmexport1752199", "二维码.jpg"]
)
def test_a_caption_that_is_only_a_files_name(name: str):
    assert is_file_name(name)


@pytest.mark.parametrize("caption", ["渠水流进稻田", "顾晓舟 摄", "图1 渠首.闸门", ""])
def test_a_caption_that_is_none(caption: str):
    assert not is_file_name(caption)
