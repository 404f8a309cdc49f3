/** Of every report: narrow and wide screens, light and dark, paper. */
export const style = `
:root{color-scheme:light dark;--ink:#1f2937;--muted:#4b5563;--page:#fafafa;--card:#fff;--line:#e5e7eb;--edge:#d1d5db;--link:#2563eb;--good:#15734d;--bad:#b93a0a;--bar:#7ea6f4;--mark:#c2410c}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e5e7eb;--muted:#a3adba;--page:#111419;--card:#1a1e25;--line:#303743;--edge:#4b5563;--link:#8ab0ff;--good:#5cc894;--bad:#ff9668;--bar:#3f67b8;--mark:#ffa25c}}
*{box-sizing:border-box}body{margin:0;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page)}
header,main{max-width:64rem;margin:0 auto;padding:1rem 1.25rem}h1{margin:.5rem 0 0}h1,h2,h3,h4{overflow-wrap:anywhere;line-height:1.25}header p{color:var(--muted);margin:.25rem 0}
nav a{display:inline-block;margin-right:1rem}a{color:var(--link)}p.bad{border-left:4px solid var(--bad);padding-left:.6rem;overflow-wrap:anywhere}
section{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.5rem 1.25rem 1.25rem;margin:1rem 0}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}th,td{padding:.3rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}.n{text-align:right;white-space:nowrap}th.n{white-space:normal}
.scroll{overflow-x:auto}.scroll table{width:auto;min-width:min(100%,24rem)}
.headline{display:flex;flex-wrap:wrap;gap:.75rem 2rem;margin:.5rem 0;font-variant-numeric:tabular-nums}.headline div{max-width:20rem}.headline dt{color:var(--muted);overflow-wrap:anywhere}.headline dd{margin:0;font-size:13px;color:var(--muted)}.headline b{display:block;font-size:1.9rem;line-height:1.2;color:var(--ink)}
.facts{display:grid;grid-template-columns:minmax(6rem,max-content) 1fr;gap:.15rem 1rem;margin:.5rem 0;font-size:14px}.facts dt{color:var(--muted)}.facts dd{margin:0;overflow-wrap:anywhere}
figure{margin:1rem 0}figcaption{font-weight:600}.chart{overflow-x:auto}.chart svg{width:100%;height:auto;min-width:34rem;max-width:46rem;display:block}
.legend{margin:.4rem 0}.legend span{display:inline-block;margin-right:1rem;font-size:13px}.legend i{display:inline-block;width:.8em;height:.8em;margin-right:.35em;border-radius:2px;print-color-adjust:exact}.sample{width:1.6em;height:.9em;margin-right:.35em;vertical-align:-.1em}
.bars{list-style:none;margin:.5rem 0;padding:0;font-size:14px;font-variant-numeric:tabular-nums}.bars li{display:grid;grid-template-columns:11rem minmax(6rem,1fr) 19rem;gap:.75rem;align-items:center;padding:.1rem 0;break-inside:avoid}
.bars .name{overflow-wrap:anywhere;line-height:1.25}.bars .text{white-space:nowrap;color:var(--muted)}.track{width:100%;height:16px;display:block;position:relative;overflow:visible}
.axis i{position:absolute;transform:translateX(-50%);font-style:normal;font-size:12px;color:var(--muted)}
.bar{fill:var(--bar)}.grid{stroke:var(--line)}.zero{stroke:var(--edge);stroke-width:2}.whisker{stroke:var(--ink);stroke-width:1.3}.point{stroke:var(--link);stroke-width:5}.mark{stroke:var(--mark);stroke-width:2;stroke-dasharray:3 2}
.gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:.6rem}.gallery.wide img{width:112px;height:112px;background:none;object-position:left}.gallery.wide{grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr))}
.card{border:1px solid var(--line);border-left:4px solid var(--edge);border-radius:6px;padding:.5rem;font-size:12.5px;min-width:0;break-inside:avoid}.card.good{border-left-color:var(--good)}.card.bad{border-left-color:var(--bad)}
.card h4{margin:0 0 .3rem;font-size:13px}.card img{width:72px;height:72px;object-fit:contain;background:#fff;margin-right:4px}.card>span{display:block;overflow-wrap:anywhere;color:var(--muted)}
.pictures{display:flex;flex-wrap:wrap;gap:.25rem .5rem}.pictures figure{margin:0}.pictures figure img{width:112px;height:112px;display:block;margin:0}.pictures figcaption{font-weight:400;color:var(--muted)}.absent{display:block;width:112px;min-height:4rem;border:1px dashed var(--edge);padding:.25rem;overflow-wrap:anywhere}
.card table{font-size:12.5px;margin:.35rem 0}.card th,.card td{padding:.15rem .3rem}.card th{font-weight:400;overflow-wrap:anywhere}.card thead th{color:var(--muted)}td.good{color:var(--good);font-weight:600}td.bad{color:var(--bad);font-weight:600}
@media (max-width:44rem){header,main{padding:.75rem}section{padding:.25rem .75rem .9rem}.bars li{grid-template-columns:1fr;gap:.1rem;padding:.3rem 0}.bars .text{white-space:normal}.bars .axis .name,.bars .axis .text{display:none}.bars .axis{padding:0 0 1rem}.axis i:first-child{transform:none}.axis i:last-child{transform:translateX(-100%)}.facts{grid-template-columns:1fr}.facts dd{margin-bottom:.3rem}}
@media print{:root{color-scheme:light}body{background:none;font-size:11pt}nav{display:none}header,main{max-width:none;padding:0}section{border:0;padding:0}h2,h3{break-after:avoid}.scroll,.chart{overflow:visible}table{font-size:8.5pt}th,td{padding:.15rem .3rem}}
`;
