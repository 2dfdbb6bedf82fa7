"""What questions that attack are made of, as patterns: requests for harm, pretexts, orders to a machine, noise.

No pattern decides by itself except those in `DECISIVE`; how the others weigh together is in `score.py`. A topic alone
says nothing (a report may be about fraud); a topic together with a request to make, do or hide it does.
"""

import re

_IGNORE = re.IGNORECASE | re.VERBOSE

MAKES = re.compile(
    r"""\b(?:creat(?:e|ing)|writ(?:e|ing)|draft|develop|design|build|mak(?:e|ing)|produce|generate|compose|craft|plan
    |script|program|code|provide|give|list|show|teach|tell|instruct|explain|describe|outline|suggest|recommend
    |detail(?:ed|s)?|instructions?|tutorial|guide|step[- ]by[- ]step|strateg(?:y|ies)|blueprint|methods?
    |how[ ](?:to|one|would|might|can[ ]i|could[ ]i|do[ ]i|you)|ways?[ ]to|tips|advice|best[ ]way|techniques?)\b""",
    _IGNORE,
)
HARM = re.compile(
    r"""\b(?:
    ransomware|malware|malicious|spyware|key-?\s?logg\w+|trojans?|botnets?|rootkits?|backdoors?|payloads?|zero[- ]days?
    |sql[ ]injection|exploit(?:s|ing)?[ ](?:a[ ]|the[ ])?\w*[ ]?(?:vulnerabilit|weakness)\w*|vulnerabilit\w+|phish\w+
    |ddos|denial[- ]of[- ]service|hack(?:s|ing|ed|er)?|breach(?:ing)?
    |crack(?:ing)?[ ]\w*[ ]?(?:passwords?|software|codes?)
    |brute[- ]forc\w+|unauthori[sz]ed[ ]access|gain[ ]access[ ]to|password[- ]protected|steal(?:ing)?|stolen
    |bombs?|explosives?|grenades?|firearms?|weapons?|silencers?|ammunition|nerve[ ]agents?|bio-?weapons?|poison\w*|arson
    |sabotag\w*|vandali\w+|meth(?:amphetamine)?|cocaine|heroin|fentanyl|opioids?|narcotics?|illegal[ ]drugs?
    |drug[ ]deal\w*|steroids|counterfeit\w*|forg(?:e|ed|ing|ery)|launder\w*|embezzl\w*|insider[ ]trading|tax[ ]evasion
    |evad(?:e|ing)|ponzi|pyramid[ ]scheme|fraud\w*|defraud\w*|scam\w*|swindl\w*|blackmail\w*|extort\w*|brib\w+
    |price[ ]gouging|gambling|deceiv\w+|deceptive
    |trick(?:s|ing)?[ ](?:a|an|people|users?|someone|them|customers?|victims?|the)
    |identity[ ]theft|impersonat\w*|deepfakes?|shoplift\w*|burglar\w*|kidnap\w*|traffick\w*|stalk(?:ing|er)|dox+(?:ing)?
    |spy(?:ing)?[ ]on|wiretap\w*|surveil\w*|credit[ ]card[ ](?:numbers?|details|information)|personal[ ]information
    |pirat(?:e|ed|ing)|plagiari\w+|copyright[ ]protections?
    |child[ ](?:porn\w*|sexual|abuse|labou?r)|underage|porn\w*|sexual(?:ly)?|erotic\w*|explicit|nsfw|bestiality
    |incest\w*|rap(?:e|ist)|molest\w*|non-?consensual|voyeur\w*|lewd|fetish
    |murder\w*|kill(?:ing|s)?|assassinat\w*|massacre|mass[ ]shooting|shootings?|gun[ ]violence|violen(?:t|ce)|genocid\w*
    |ethnic[ ]cleansing|extermin\w*|terroris\w*|lynch\w*|tortur\w*|cannibal\w*|mutilat\w*|gore|gruesome
    |graphic(?:ally)?[ ](?:detail|descri|violen)\w*|human[ ]flesh|animal[ ](?:cruelty|abuse)|pain[ ]to[ ]animals
    |suicid\w*|self[- ]harm|anorexi\w*|bulimi\w*|eating[ ]disorders?|starv\w+|cyberbull\w*|bully\w*|harass\w*
    |humiliat\w*|degrad(?:e|ing)|dehumani[sz]\w*|body[- ]sham\w*|insult\w*|offensive|derogatory|hateful|vulgar|profan\w*
    |swear[ ]words|curse[ ]words|xenophob\w*|racis\w*|sexis\w*|misogyn\w*|homophob\w*|transphob\w*|antisemit\w*|bigot\w*
    |suprem\w*|hate[ ]speech|stereotyp\w*|inferior|nazis?m?|hitler|holocaust|interracial|discriminat\w+|prejudic\w*
    |fake[ ]\w+|fabricat\w*|disinformation|misinformation|misleading
    |false[ ](?:claims?|information|statements?|news|rumou?rs?|facts?)|rumou?rs?|defam\w+|slander\w*|conspirac\w*
    |propaganda|flat[ ]earth|earth[ ]is[ ]flat|pseudoscien\w*|hoax\w*|manipulat\w*|brainwash\w*|controversial|taboo
    |dark[ ](?:web|themes?|and)|illicit\w*|illegal\w*|unlawful\w*|criminal\w*|smuggl\w*|contraband|black[ ]market
    |cheat(?:ing)?|immoral\w*|unethical\w*|dangerous(?:ly)?|harmful|evil
    )\b""",
    _IGNORE,
)
HIDES = re.compile(
    r"""\bwithout[ ](?:getting|being)[ ](?:caught|detected|noticed|traced|discovered)\b
    |\bavoid(?:ing)?[ ](?:detection|suspicion|getting[ ]caught|prosecution)\b
    |\b(?:undetect(?:ed|able)|untraceable|evade[ ](?:detection|law[ ]enforcement|police|taxes))\b
    |\bcover[ ](?:up[ ])?(?:my|your|their)[ ]tracks\b""",
    _IGNORE,
)
PRETEXT = re.compile(
    r"""\b(?:imagine|imaginary|hypothetical\w*|fiction(?:al)?|thought[ ]experiment
    |in[ ](?:a|this)[ ](?:world|society|universe|scenario)
    |(?:writing|write|working[ ]on)[ ](?:a|my|the)[ ](?:novel|screenplay|script|story|book|research|project|article)
    |educational[ ](?:purposes|standpoint)
    |(?:you[ ]are|you're|as)[ ]an?[ ](?:[\w-]+[ ]){0,3}(?:journalist|researcher|historian|hacker|writer|author|expert
    |engineer|consultant|novelist|scientist|professor|detective|officer|agent|chemist|character|activist|politician
    |negotiator|programmer|worker|doctor|lawyer|teacher|specialist|advisor|analyst|actor|villain|criminal))\b""",
    _IGNORE,
)
ORDERS = re.compile(
    r"""\b(?:you|chatgpt|gpt|he|she|it|ai|bot)[ ](?:must|will|should|shall|have[ ]to|has[ ]to|are[ ]to|are[ ]going[ ]to
    |need[ ]to|can't|cannot|can[ ]not|are[ ]not[ ]allowed|are[ ]free|never|always|only|don't|do[ ]not)\b
    |\bi[ ]want[ ]you[ ]to\b|\byour[ ](?:task|job|goal|purpose|role|only|name|personality|mission)\b
    |\bmy[ ](?:first|next)[ ](?:request|prompt|question|command|message|input|instruction)\b""",
    _IGNORE,
)
TALKS_OF_AI = re.compile(
    r"""\b(?:chat\s?gpt|open\s?ai|gpt-?\d?\w*|language[ ]model|ai[ ]model|ai[ ]assistant|an[ ]ai|chat[ ]?bot
    |\w+(?:gpt|bot)|llm|persona|character|roleplay|simulat(?:e|or|ion)|prompts?)\b""",
    _IGNORE,
)
NAMES = re.compile(r"\b(?:named|called|known as|stands for|referred to as)\b", re.IGNORECASE)
ABUSE = re.compile(
    r"""\b(?:fuck(?:ing|er|ed)?|shit(?:ty)?|asshole|bitch(?:es)?|cunt|dick(?:head)?|whore|slut|bastard|motherfucker
    |retard(?:ed)?|subhuman)\b""",
    _IGNORE,
)
QUESTION = re.compile(
    r"""(?:^|[.:;!]\s)\W*(?:what|who|whom|whose|when|where|which|why|how|is|are|was|were|do|does|did|can|could|should
    |would|has|have|may|in[ ](?:what|which)|according)\b""",
    _IGNORE,
)
NOISE = re.compile(
    r"""[A-Za-z][^\w\s'’.,\-/:;&]+[A-Za-z]|[a-z]{2}[A-Z][a-z]|^[^\w\s]{3,}$|\\\w|[\[\]{}<>=|~^`]|\)\(
    |[.,;:!?]{2,}[A-Za-z]|_{3,}""",
    re.VERBOSE,
)
"""In a word: characters that no sentence has."""

DROPS_ORDERS = re.compile(
    r"""(?<!not[ ])(?<!never[ ])(?<!n't[ ])\b(?:ignore|disregard|forget|override|bypass)[ ](?:\w+[ ]){0,3}
    (?:previous|prior|above|earlier|preceding|your|initial|system)[ ](?:\w+[ ]){0,3}
    (?:instructions?|prompts?|rules|directives?|guidelines|restrictions|programming|training)\b""",
    _IGNORE,
)
SLUR = re.compile(
    r"\b(?:fag(?:got)?s?|nigg(?:er|a)s?|kikes?|spics?|chinks?|trann(?:y|ies)|gooks?|wetbacks?)\b", re.IGNORECASE
)
THREAT = re.compile(
    r"""\b(?:i(?:'ll|[ ]will|'m[ ]going[ ]to|[ ]am[ ]going[ ]to|[ ]want[ ]to)|we(?:'ll|[ ]will))[ ](?:\w+[ ])?
    (?:kill|murder|shoot|stab|bomb|rape|torture)[ ]
    (?:you|him|her|everyone|people|those[ ]people|my[ ](?:wife|husband|boss|neighbou?rs?|classmates|family|ex))\b
    |\bkill[ ](?:yourself|urself)\b|\bdeserves?[ ]to[ ]die\b
    |\b(?:hate|kill|gas|exterminate)[ ]all[ ](?:humans|people|jews|muslims|christians|blacks|gays|women
    |immigrants)\b""",
    _IGNORE,
)
SELF_HARM = re.compile(
    r"""\b(?:kill(?:ing)?|hurt(?:ing)?|cut(?:ting)?|hang(?:ing)?|starv(?:e|ing))[ ]myself\b
    |\bend(?:ing)?[ ]my[ ](?:own[ ])?life\b|\bi[ ](?:want|wish)[ ]to[ ]die\b|\bcommit[ ]suicide[ ]myself\b""",
    _IGNORE,
)
FORM_OF_ANSWER = re.compile(
    r"""\b(?:in|into|to|as|with|using|use)[ ](?:an?[ ])?(?:(?:plain|simple|simpler|short|shorter|brief|formal)[ ])?
    (?:english|german|french|spanish|italian|portuguese|dutch|polish|russian|ukrainian|turkish|arabic|hebrew|hindi
    |chinese|japanese|korean|swedish|danish|norwegian|finnish|czech|greek|hungarian|romanian|vietnamese|thai
    |indonesian
    |tables?|lists?|bullet[ ]points?|steps|json|csv|markdown|words|language|terms|sentences?|paragraphs?
    |detail|brief|full
    |(?:one|two|three|four|five|\d+)[ ](?:words|sentences?|paragraphs?|points|lines|bullets))\b
    |\b(?:shorter|shorten|longer|simpler|briefly|concisely)\b""",
    _IGNORE,
)
"""What people ask of an answer every day: a language, a length, a form."""
