"""How the map's page looks and moves: its style, its script and its legend. No other file and no network is needed."""

from typing import Final

# What the legend shows and turns on and off: colour, words, form of the mark, classes it speaks of.
LEGEND: Final = (
    ("#1e8449", "territorial station", "", "station"),
    ("#8e44ad", "specialist unit", "", "special"),
    ("#c0392b", "wrong place, with a line to its district", "", "misplaced belongs lonely"),
    ("#2471a3", "decision", "", "sure"),
    ("#e67e22", "provisional decision", "", "provisional"),
    ("#7fb3d5", "jurisdiction", "square", "boundary"),
    ("#d35400", "line of a specialist unit", "square", "track"),
    ("#e74c3c", "gap", "square", "gap"),
    ("#f1c40f", "overlap", "square", "overlap"),
    ("#e4dcc8", "no jurisdiction loaded", "square", "bare"),
)
STYLE: Final = """
body{margin:0;height:100vh;display:flex;flex-direction:column;font:14px system-ui,sans-serif;background:#f7f6f2;
color:#222}
header{padding:10px 16px} main{flex:1;display:flex;min-height:0} svg{flex:1;background:#fff;cursor:grab;min-width:0}
header label{display:inline-block;margin:4px 14px 0 0;cursor:pointer;white-space:nowrap}
header label input{margin:0 4px 0 0;vertical-align:-1px} header label:has(input:not(:checked)){opacity:.45}
aside{width:330px;overflow:auto;padding:4px 14px;border-left:1px solid #ddd} summary{cursor:pointer;margin:6px 0}
aside button{display:block;width:100%;border:0;background:none;text-align:left;font:13px system-ui;padding:2px 0;
cursor:pointer} aside button:hover{text-decoration:underline} aside p{color:#666;margin:4px 0}
#search{box-sizing:border-box;width:100%;font:14px system-ui;padding:6px 8px;margin:6px 0;border:1px solid #bbb;
border-radius:4px} #zoom{float:right} #zoom button{font:16px system-ui;width:32px;height:28px;cursor:pointer}
.district{fill:#fff;stroke:#b9ae94;stroke-width:1} .bare{fill:url(#bare);stroke:#b9ae94;stroke-width:1}
.name{fill:#6d6450;font-weight:600;paint-order:stroke;stroke:#fffc;stroke-width:3px;
text-anchor:middle;pointer-events:none} .boundary{fill:#7fb3d555;stroke:#2874a6;stroke-width:.8}
.gap{fill:#e74c3c;stroke:#e74c3c;stroke-width:2} .overlap{fill:#f1c40f;stroke:#b7950b;stroke-width:1.5}
.track{fill:none;stroke:#d35400;stroke-width:2}
.station{fill:#1e8449} .special{fill:#8e44ad} .misplaced{fill:#c0392b;stroke:#fff;stroke-width:1}
.lonely{fill:none;stroke:#c0392b;stroke-width:2} .belongs{stroke:#c0392b;stroke-width:1;stroke-dasharray:4 3}
.line{stroke:#7f8c8d;stroke-width:.5} .sure{fill:#2471a3} .provisional{fill:#e67e22}
.found{fill:none;stroke:#111;stroke-width:2.5;pointer-events:none}
i{display:inline-block;width:11px;height:11px;border-radius:6px;margin:0 4px 0 0;vertical-align:-1px}
i.square{border-radius:0} path,line,circle{vector-effect:non-scaling-stroke}
"""
SCRIPT: Final = """
const s=document.querySelector('svg'),ns=s.namespaceURI;let v=s.viewBox.baseVal,d=null;
const size=()=>{const k=v.width/%(width)d;
document.querySelectorAll('circle').forEach(c=>c.setAttribute('r',c.dataset.r*k));
document.querySelectorAll('text').forEach(c=>c.style.fontSize=12*k+'px')};
const scale=(k,x,y)=>{v.x=x-(x-v.x)*k;v.y=y-(y-v.y)*k;v.width*=k;v.height*=k;size()};
s.addEventListener('wheel',e=>{e.preventDefault();const k=e.deltaY>0?1.25:.8,r=s.getBoundingClientRect();
scale(k,v.x+(e.clientX-r.x)/r.width*v.width,v.y+(e.clientY-r.y)/r.height*v.height)},{passive:false});
s.onpointerdown=e=>{d=[e.clientX,e.clientY,v.x,v.y]};window.onpointerup=()=>{d=null};
window.onpointermove=e=>{if(!d)return;const r=s.getBoundingClientRect();
v.x=d[2]-(e.clientX-d[0])/r.width*v.width;v.y=d[3]-(e.clientY-d[1])/r.height*v.height};
document.querySelectorAll('#zoom button').forEach(b=>b.onclick=()=>{
if(b.dataset.k==='0'){v.x=0;v.y=0;v.width=%(width)d;v.height=%(height)d;size()}
else scale(+b.dataset.k,v.x+v.width/2,v.y+v.height/2)});
const show=(x,y,w)=>{const h=w*s.clientHeight/s.clientWidth;v.x=x-w/2;v.y=y-h/2;v.width=w;v.height=h;
let ring=s.querySelector('.found');if(!ring){ring=document.createElementNS(ns,'circle');
ring.setAttribute('class','found');ring.dataset.r=11;s.append(ring)}
ring.setAttribute('cx',x);ring.setAttribute('cy',y);size()};
document.querySelectorAll('aside button').forEach(b=>b.onclick=()=>show(...b.dataset.at.split(',').map(Number)));
document.querySelectorAll('header input').forEach(b=>b.onchange=()=>b.value.split(' ').forEach(name=>
document.querySelectorAll('svg .'+name).forEach(e=>e.style.display=b.checked?'':'none')));
const marks=[...document.querySelectorAll('circle.station,circle.special,circle.misplaced')].map(c=>
({text:c.querySelector('title').textContent,c})),box=document.getElementById('search'),
list=document.getElementById('hits'),plain=t=>t.toLowerCase().replace(/[^\\p{L}\\p{M}\\p{N}]+/gu,' ').trim();
box.oninput=()=>{list.replaceChildren();const words=plain(box.value).split(' ').filter(Boolean);if(!words.length)return;
marks.filter(m=>words.every(w=>plain(m.text).includes(w))).slice(0,12).forEach(m=>{
const b=document.createElement('button');
b.textContent=m.text;b.onclick=()=>show(+m.c.getAttribute('cx'),+m.c.getAttribute('cy'),90);list.append(b)});
if(!list.children.length){const p=document.createElement('p');p.textContent='no station of that name';list.append(p)}};
box.onkeydown=e=>{if(e.key==='Enter'&&list.querySelector('button'))list.querySelector('button').click()};
size();
"""
