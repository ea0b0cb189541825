var pe=globalThis,he=pe.ShadowRoot&&(pe.ShadyCSS===void 0||pe.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,je=Symbol(),bt=new WeakMap,ee=class{constructor(e,t,i){if(this._$cssResult$=!0,i!==je)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=e,this.t=t}get styleSheet(){let e=this.o,t=this.t;if(he&&e===void 0){let i=t!==void 0&&t.length===1;i&&(e=bt.get(t)),e===void 0&&((this.o=e=new CSSStyleSheet).replaceSync(this.cssText),i&&bt.set(t,e))}return e}toString(){return this.cssText}},vt=n=>new ee(typeof n=="string"?n:n+"",void 0,je),G=(n,...e)=>{let t=n.length===1?n[0]:e.reduce((i,r,s)=>i+(o=>{if(o._$cssResult$===!0)return o.cssText;if(typeof o=="number")return o;throw Error("Value passed to 'css' function must be a 'css' function result: "+o+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(r)+n[s+1],n[0]);return new ee(t,n,je)},xt=(n,e)=>{if(he)n.adoptedStyleSheets=e.map(t=>t instanceof CSSStyleSheet?t:t.styleSheet);else for(let t of e){let i=document.createElement("style"),r=pe.litNonce;r!==void 0&&i.setAttribute("nonce",r),i.textContent=t.cssText,n.appendChild(i)}},Ve=he?n=>n:n=>n instanceof CSSStyleSheet?(e=>{let t="";for(let i of e.cssRules)t+=i.cssText;return vt(t)})(n):n;var{is:Wn,defineProperty:Fn,getOwnPropertyDescriptor:Bn,getOwnPropertyNames:jn,getOwnPropertySymbols:Vn,getPrototypeOf:Kn}=Object,me=globalThis,$t=me.trustedTypes,Gn=$t?$t.emptyScript:"",Zn=me.reactiveElementPolyfillSupport,te=(n,e)=>n,Ke={toAttribute(n,e){switch(e){case Boolean:n=n?Gn:null;break;case Object:case Array:n=n==null?n:JSON.stringify(n)}return n},fromAttribute(n,e){let t=n;switch(e){case Boolean:t=n!==null;break;case Number:t=n===null?null:Number(n);break;case Object:case Array:try{t=JSON.parse(n)}catch{t=null}}return t}},At=(n,e)=>!Wn(n,e),kt={attribute:!0,type:String,converter:Ke,reflect:!1,useDefault:!1,hasChanged:At};Symbol.metadata??=Symbol("metadata"),me.litPropertyMetadata??=new WeakMap;var P=class extends HTMLElement{static addInitializer(e){this._$Ei(),(this.l??=[]).push(e)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(e,t=kt){if(t.state&&(t.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(e)&&((t=Object.create(t)).wrapped=!0),this.elementProperties.set(e,t),!t.noAccessor){let i=Symbol(),r=this.getPropertyDescriptor(e,i,t);r!==void 0&&Fn(this.prototype,e,r)}}static getPropertyDescriptor(e,t,i){let{get:r,set:s}=Bn(this.prototype,e)??{get(){return this[t]},set(o){this[t]=o}};return{get:r,set(o){let l=r?.call(this);s?.call(this,o),this.requestUpdate(e,l,i)},configurable:!0,enumerable:!0}}static getPropertyOptions(e){return this.elementProperties.get(e)??kt}static _$Ei(){if(this.hasOwnProperty(te("elementProperties")))return;let e=Kn(this);e.finalize(),e.l!==void 0&&(this.l=[...e.l]),this.elementProperties=new Map(e.elementProperties)}static finalize(){if(this.hasOwnProperty(te("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(te("properties"))){let t=this.properties,i=[...jn(t),...Vn(t)];for(let r of i)this.createProperty(r,t[r])}let e=this[Symbol.metadata];if(e!==null){let t=litPropertyMetadata.get(e);if(t!==void 0)for(let[i,r]of t)this.elementProperties.set(i,r)}this._$Eh=new Map;for(let[t,i]of this.elementProperties){let r=this._$Eu(t,i);r!==void 0&&this._$Eh.set(r,t)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(e){let t=[];if(Array.isArray(e)){let i=new Set(e.flat(1/0).reverse());for(let r of i)t.unshift(Ve(r))}else e!==void 0&&t.push(Ve(e));return t}static _$Eu(e,t){let i=t.attribute;return i===!1?void 0:typeof i=="string"?i:typeof e=="string"?e.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(e=>this.enableUpdating=e),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(e=>e(this))}addController(e){(this._$EO??=new Set).add(e),this.renderRoot!==void 0&&this.isConnected&&e.hostConnected?.()}removeController(e){this._$EO?.delete(e)}_$E_(){let e=new Map,t=this.constructor.elementProperties;for(let i of t.keys())this.hasOwnProperty(i)&&(e.set(i,this[i]),delete this[i]);e.size>0&&(this._$Ep=e)}createRenderRoot(){let e=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return xt(e,this.constructor.elementStyles),e}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(e=>e.hostConnected?.())}enableUpdating(e){}disconnectedCallback(){this._$EO?.forEach(e=>e.hostDisconnected?.())}attributeChangedCallback(e,t,i){this._$AK(e,i)}_$ET(e,t){let i=this.constructor.elementProperties.get(e),r=this.constructor._$Eu(e,i);if(r!==void 0&&i.reflect===!0){let s=(i.converter?.toAttribute!==void 0?i.converter:Ke).toAttribute(t,i.type);this._$Em=e,s==null?this.removeAttribute(r):this.setAttribute(r,s),this._$Em=null}}_$AK(e,t){let i=this.constructor,r=i._$Eh.get(e);if(r!==void 0&&this._$Em!==r){let s=i.getPropertyOptions(r),o=typeof s.converter=="function"?{fromAttribute:s.converter}:s.converter?.fromAttribute!==void 0?s.converter:Ke;this._$Em=r;let l=o.fromAttribute(t,s.type);this[r]=l??this._$Ej?.get(r)??l,this._$Em=null}}requestUpdate(e,t,i,r=!1,s){if(e!==void 0){let o=this.constructor;if(r===!1&&(s=this[e]),i??=o.getPropertyOptions(e),!((i.hasChanged??At)(s,t)||i.useDefault&&i.reflect&&s===this._$Ej?.get(e)&&!this.hasAttribute(o._$Eu(e,i))))return;this.C(e,t,i)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(e,t,{useDefault:i,reflect:r,wrapped:s},o){i&&!(this._$Ej??=new Map).has(e)&&(this._$Ej.set(e,o??t??this[e]),s!==!0||o!==void 0)||(this._$AL.has(e)||(this.hasUpdated||i||(t=void 0),this._$AL.set(e,t)),r===!0&&this._$Em!==e&&(this._$Eq??=new Set).add(e))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(t){Promise.reject(t)}let e=this.scheduleUpdate();return e!=null&&await e,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[r,s]of this._$Ep)this[r]=s;this._$Ep=void 0}let i=this.constructor.elementProperties;if(i.size>0)for(let[r,s]of i){let{wrapped:o}=s,l=this[r];o!==!0||this._$AL.has(r)||l===void 0||this.C(r,void 0,s,l)}}let e=!1,t=this._$AL;try{e=this.shouldUpdate(t),e?(this.willUpdate(t),this._$EO?.forEach(i=>i.hostUpdate?.()),this.update(t)):this._$EM()}catch(i){throw e=!1,this._$EM(),i}e&&this._$AE(t)}willUpdate(e){}_$AE(e){this._$EO?.forEach(t=>t.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(e)),this.updated(e)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(e){return!0}update(e){this._$Eq&&=this._$Eq.forEach(t=>this._$ET(t,this[t])),this._$EM()}updated(e){}firstUpdated(e){}};P.elementStyles=[],P.shadowRootOptions={mode:"open"},P[te("elementProperties")]=new Map,P[te("finalized")]=new Map,Zn?.({ReactiveElement:P}),(me.reactiveElementVersions??=[]).push("2.1.2");var Ze=globalThis,St=n=>n,fe=Ze.trustedTypes,Et=fe?fe.createPolicy("lit-html",{createHTML:n=>n}):void 0,Ye="$lit$",L=`lit$${Math.random().toFixed(9).slice(2)}$`,Je="?"+L,Yn=`<${Je}>`,F=document,ie=()=>F.createComment(""),re=n=>n===null||typeof n!="object"&&typeof n!="function",Qe=Array.isArray,Ht=n=>Qe(n)||typeof n?.[Symbol.iterator]=="function",Ge=`[ 	
\f\r]`,ne=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,Ct=/-->/g,Tt=/>/g,I=RegExp(`>|${Ge}(?:([^\\s"'>=/]+)(${Ge}*=${Ge}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),Ot=/'/g,Mt=/"/g,Pt=/^(?:script|style|textarea|title)$/i,Xe=n=>(e,...t)=>({_$litType$:n,strings:e,values:t}),f=Xe(1),A=Xe(2),Cr=Xe(3),E=Symbol.for("lit-noChange"),m=Symbol.for("lit-nothing"),Rt=new WeakMap,W=F.createTreeWalker(F,129);function Lt(n,e){if(!Qe(n)||!n.hasOwnProperty("raw"))throw Error("invalid template strings array");return Et!==void 0?Et.createHTML(e):e}var Nt=(n,e)=>{let t=n.length-1,i=[],r,s=e===2?"<svg>":e===3?"<math>":"",o=ne;for(let l=0;l<t;l++){let a=n[l],d,p,c=-1,u=0;for(;u<a.length&&(o.lastIndex=u,p=o.exec(a),p!==null);)u=o.lastIndex,o===ne?p[1]==="!--"?o=Ct:p[1]!==void 0?o=Tt:p[2]!==void 0?(Pt.test(p[2])&&(r=RegExp("</"+p[2],"g")),o=I):p[3]!==void 0&&(o=I):o===I?p[0]===">"?(o=r??ne,c=-1):p[1]===void 0?c=-2:(c=o.lastIndex-p[2].length,d=p[1],o=p[3]===void 0?I:p[3]==='"'?Mt:Ot):o===Mt||o===Ot?o=I:o===Ct||o===Tt?o=ne:(o=I,r=void 0);let h=o===I&&n[l+1].startsWith("/>")?" ":"";s+=o===ne?a+Yn:c>=0?(i.push(d),a.slice(0,c)+Ye+a.slice(c)+L+h):a+L+(c===-2?l:h)}return[Lt(n,s+(n[t]||"<?>")+(e===2?"</svg>":e===3?"</math>":"")),i]},se=class n{constructor({strings:e,_$litType$:t},i){let r;this.parts=[];let s=0,o=0,l=e.length-1,a=this.parts,[d,p]=Nt(e,t);if(this.el=n.createElement(d,i),W.currentNode=this.el.content,t===2||t===3){let c=this.el.content.firstChild;c.replaceWith(...c.childNodes)}for(;(r=W.nextNode())!==null&&a.length<l;){if(r.nodeType===1){if(r.hasAttributes())for(let c of r.getAttributeNames())if(c.endsWith(Ye)){let u=p[o++],h=r.getAttribute(c).split(L),g=/([.?@])?(.*)/.exec(u);a.push({type:1,index:s,name:g[2],strings:h,ctor:g[1]==="."?ye:g[1]==="?"?_e:g[1]==="@"?we:j}),r.removeAttribute(c)}else c.startsWith(L)&&(a.push({type:6,index:s}),r.removeAttribute(c));if(Pt.test(r.tagName)){let c=r.textContent.split(L),u=c.length-1;if(u>0){r.textContent=fe?fe.emptyScript:"";for(let h=0;h<u;h++)r.append(c[h],ie()),W.nextNode(),a.push({type:2,index:++s});r.append(c[u],ie())}}}else if(r.nodeType===8)if(r.data===Je)a.push({type:2,index:s});else{let c=-1;for(;(c=r.data.indexOf(L,c+1))!==-1;)a.push({type:7,index:s}),c+=L.length-1}s++}}static createElement(e,t){let i=F.createElement("template");return i.innerHTML=e,i}};function B(n,e,t=n,i){if(e===E)return e;let r=i!==void 0?t._$Co?.[i]:t._$Cl,s=re(e)?void 0:e._$litDirective$;return r?.constructor!==s&&(r?._$AO?.(!1),s===void 0?r=void 0:(r=new s(n),r._$AT(n,t,i)),i!==void 0?(t._$Co??=[])[i]=r:t._$Cl=r),r!==void 0&&(e=B(n,r._$AS(n,e.values),r,i)),e}var ge=class{constructor(e,t){this._$AV=[],this._$AN=void 0,this._$AD=e,this._$AM=t}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(e){let{el:{content:t},parts:i}=this._$AD,r=(e?.creationScope??F).importNode(t,!0);W.currentNode=r;let s=W.nextNode(),o=0,l=0,a=i[0];for(;a!==void 0;){if(o===a.index){let d;a.type===2?d=new Z(s,s.nextSibling,this,e):a.type===1?d=new a.ctor(s,a.name,a.strings,this,e):a.type===6&&(d=new be(s,this,e)),this._$AV.push(d),a=i[++l]}o!==a?.index&&(s=W.nextNode(),o++)}return W.currentNode=F,r}p(e){let t=0;for(let i of this._$AV)i!==void 0&&(i.strings!==void 0?(i._$AI(e,i,t),t+=i.strings.length-2):i._$AI(e[t])),t++}},Z=class n{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(e,t,i,r){this.type=2,this._$AH=m,this._$AN=void 0,this._$AA=e,this._$AB=t,this._$AM=i,this.options=r,this._$Cv=r?.isConnected??!0}get parentNode(){let e=this._$AA.parentNode,t=this._$AM;return t!==void 0&&e?.nodeType===11&&(e=t.parentNode),e}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(e,t=this){e=B(this,e,t),re(e)?e===m||e==null||e===""?(this._$AH!==m&&this._$AR(),this._$AH=m):e!==this._$AH&&e!==E&&this._(e):e._$litType$!==void 0?this.$(e):e.nodeType!==void 0?this.T(e):Ht(e)?this.k(e):this._(e)}O(e){return this._$AA.parentNode.insertBefore(e,this._$AB)}T(e){this._$AH!==e&&(this._$AR(),this._$AH=this.O(e))}_(e){this._$AH!==m&&re(this._$AH)?this._$AA.nextSibling.data=e:this.T(F.createTextNode(e)),this._$AH=e}$(e){let{values:t,_$litType$:i}=e,r=typeof i=="number"?this._$AC(e):(i.el===void 0&&(i.el=se.createElement(Lt(i.h,i.h[0]),this.options)),i);if(this._$AH?._$AD===r)this._$AH.p(t);else{let s=new ge(r,this),o=s.u(this.options);s.p(t),this.T(o),this._$AH=s}}_$AC(e){let t=Rt.get(e.strings);return t===void 0&&Rt.set(e.strings,t=new se(e)),t}k(e){Qe(this._$AH)||(this._$AH=[],this._$AR());let t=this._$AH,i,r=0;for(let s of e)r===t.length?t.push(i=new n(this.O(ie()),this.O(ie()),this,this.options)):i=t[r],i._$AI(s),r++;r<t.length&&(this._$AR(i&&i._$AB.nextSibling,r),t.length=r)}_$AR(e=this._$AA.nextSibling,t){for(this._$AP?.(!1,!0,t);e!==this._$AB;){let i=St(e).nextSibling;St(e).remove(),e=i}}setConnected(e){this._$AM===void 0&&(this._$Cv=e,this._$AP?.(e))}},j=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(e,t,i,r,s){this.type=1,this._$AH=m,this._$AN=void 0,this.element=e,this.name=t,this._$AM=r,this.options=s,i.length>2||i[0]!==""||i[1]!==""?(this._$AH=Array(i.length-1).fill(new String),this.strings=i):this._$AH=m}_$AI(e,t=this,i,r){let s=this.strings,o=!1;if(s===void 0)e=B(this,e,t,0),o=!re(e)||e!==this._$AH&&e!==E,o&&(this._$AH=e);else{let l=e,a,d;for(e=s[0],a=0;a<s.length-1;a++)d=B(this,l[i+a],t,a),d===E&&(d=this._$AH[a]),o||=!re(d)||d!==this._$AH[a],d===m?e=m:e!==m&&(e+=(d??"")+s[a+1]),this._$AH[a]=d}o&&!r&&this.j(e)}j(e){e===m?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,e??"")}},ye=class extends j{constructor(){super(...arguments),this.type=3}j(e){this.element[this.name]=e===m?void 0:e}},_e=class extends j{constructor(){super(...arguments),this.type=4}j(e){this.element.toggleAttribute(this.name,!!e&&e!==m)}},we=class extends j{constructor(e,t,i,r,s){super(e,t,i,r,s),this.type=5}_$AI(e,t=this){if((e=B(this,e,t,0)??m)===E)return;let i=this._$AH,r=e===m&&i!==m||e.capture!==i.capture||e.once!==i.once||e.passive!==i.passive,s=e!==m&&(i===m||r);r&&this.element.removeEventListener(this.name,this,i),s&&this.element.addEventListener(this.name,this,e),this._$AH=e}handleEvent(e){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,e):this._$AH.handleEvent(e)}},be=class{constructor(e,t,i){this.element=e,this.type=6,this._$AN=void 0,this._$AM=t,this.options=i}get _$AU(){return this._$AM._$AU}_$AI(e){B(this,e)}},zt={M:Ye,P:L,A:Je,C:1,L:Nt,R:ge,D:Ht,V:B,I:Z,H:j,N:_e,U:we,B:ye,F:be},Jn=Ze.litHtmlPolyfillSupport;Jn?.(se,Z),(Ze.litHtmlVersions??=[]).push("3.3.3");var Dt=(n,e,t)=>{let i=t?.renderBefore??e,r=i._$litPart$;if(r===void 0){let s=t?.renderBefore??null;i._$litPart$=r=new Z(e.insertBefore(ie(),s),s,void 0,t??{})}return r._$AI(n),r};var et=globalThis,O=class extends P{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let e=super.createRenderRoot();return this.renderOptions.renderBefore??=e.firstChild,e}update(e){let t=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(e),this._$Do=Dt(t,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return E}};O._$litElement$=!0,O.finalized=!0,et.litElementHydrateSupport?.({LitElement:O});var Qn=et.litElementPolyfillSupport;Qn?.({LitElement:O});(et.litElementVersions??=[]).push("4.2.2");var Ut={ATTRIBUTE:1,CHILD:2,PROPERTY:3,BOOLEAN_ATTRIBUTE:4,EVENT:5,ELEMENT:6},ve=n=>(...e)=>({_$litDirective$:n,values:e}),Y=class{constructor(e){}get _$AU(){return this._$AM._$AU}_$AT(e,t,i){this._$Ct=e,this._$AM=t,this._$Ci=i}_$AS(e,t){return this.update(e,t)}update(e,t){return this.render(...t)}};var Xn={},xe=ve(class extends Y{constructor(){super(...arguments),this.ot=Xn}render(n,e){return e()}update(n,[e,t]){if(Array.isArray(e)){if(Array.isArray(this.ot)&&this.ot.length===e.length&&e.every((i,r)=>i===this.ot[r]))return E}else if(this.ot===e)return E;return this.ot=Array.isArray(e)?Array.from(e):e,this.render(e,t)}});var{I:ei}=zt,qt=n=>n;var It=()=>document.createComment(""),J=(n,e,t)=>{let i=n._$AA.parentNode,r=e===void 0?n._$AB:e._$AA;if(t===void 0){let s=i.insertBefore(It(),r),o=i.insertBefore(It(),r);t=new ei(s,o,n,n.options)}else{let s=t._$AB.nextSibling,o=t._$AM,l=o!==n;if(l){let a;t._$AQ?.(n),t._$AM=n,t._$AP!==void 0&&(a=n._$AU)!==o._$AU&&t._$AP(a)}if(s!==r||l){let a=t._$AA;for(;a!==s;){let d=qt(a).nextSibling;qt(i).insertBefore(a,r),a=d}}}return t},z=(n,e,t=n)=>(n._$AI(e,t),n),ti={},Wt=(n,e=ti)=>n._$AH=e,Ft=n=>n._$AH,$e=n=>{n._$AR(),n._$AA.remove()};var Bt=(n,e,t)=>{let i=new Map;for(let r=e;r<=t;r++)i.set(n[r],r);return i},jt=ve(class extends Y{constructor(n){if(super(n),n.type!==Ut.CHILD)throw Error("repeat() can only be used in text expressions")}dt(n,e,t){let i;t===void 0?t=e:e!==void 0&&(i=e);let r=[],s=[],o=0;for(let l of n)r[o]=i?i(l,o):o,s[o]=t(l,o),o++;return{values:s,keys:r}}render(n,e,t){return this.dt(n,e,t).values}update(n,[e,t,i]){let r=Ft(n),{values:s,keys:o}=this.dt(e,t,i);if(!Array.isArray(r))return this.ut=o,s;let l=this.ut??=[],a=[],d,p,c=0,u=r.length-1,h=0,g=s.length-1;for(;c<=u&&h<=g;)if(r[c]===null)c++;else if(r[u]===null)u--;else if(l[c]===o[h])a[h]=z(r[c],s[h]),c++,h++;else if(l[u]===o[g])a[g]=z(r[u],s[g]),u--,g--;else if(l[c]===o[g])a[g]=z(r[c],s[g]),J(n,a[g+1],r[c]),c++,g--;else if(l[u]===o[h])a[h]=z(r[u],s[h]),J(n,r[c],r[u]),u--,h++;else if(d===void 0&&(d=Bt(o,h,g),p=Bt(l,c,u)),d.has(l[c]))if(d.has(l[u])){let y=p.get(o[h]),v=y!==void 0?r[y]:null;if(v===null){let _=J(n,r[c]);z(_,s[h]),a[h]=_}else a[h]=z(v,s[h]),J(n,r[c],v),r[y]=null;h++}else $e(r[u]),u--;else $e(r[c]),c++;for(;h<=g;){let y=J(n,a[g+1]);z(y,s[h]),a[h++]=y}for(;c<=u;){let y=r[c++];y!==null&&$e(y)}return this.ut=o,Wt(n,a),E}});var b="elfe_commande";function D(n){return n.id.slice(0,n.id.lastIndexOf("_"))}var Vt=[1e3,2e3,5e3,1e4],Q=class{constructor(e,t,i){this.connection=e;this.selection=t;this.changed=i;this.appliances=new Map;this.health={};this.away={};this.state="loading";this.problem="";this.heardAt=0;this.ahead=0;this.tries=0;this.turn=0;this.connected=()=>{this.tries=0,this.subscribe()};this.disconnected=()=>{this.end=void 0,this.forget(),this.become("disconnected")};e.addEventListener("ready",this.connected),e.addEventListener("disconnected",this.disconnected),e.connected?this.subscribe():this.state="disconnected"}isOf(e,t){return e===this.connection&&JSON.stringify(t)===JSON.stringify(this.selection)}close(){this.connection.removeEventListener("ready",this.connected),this.connection.removeEventListener("disconnected",this.disconnected),this.forget()}now(){return(Date.now()+this.ahead)/1e3}forget(){this.turn++,clearTimeout(this.timer);let e=this.end;this.end=void 0,e&&e().catch(()=>{})}async subscribe(){this.forget();let e=this.turn;try{let t=await this.connection.subscribeMessage(i=>{e===this.turn&&this.heard(i)},{type:`${b}/plan/subscribe`,...this.selection},{resubscribe:!1});e===this.turn?this.end=t:t().catch(()=>{})}catch(t){e===this.turn&&this.missed(t)}}missed(e){let{code:t,message:i}=e??{};if(!this.connection.connected)return this.become("disconnected");let r=Vt[Math.min(this.tries++,Vt.length-1)];this.timer=setTimeout(()=>{this.subscribe()},r),this.problem=typeof i=="string"?i:String(t??e),t==="unknown_command"?this.become("unavailable"):t==="unauthorized"?this.become("refused"):this.become("failed")}become(e){this.state=e,this.changed()}heard(e){if(this.tries=0,clearTimeout(this.timer),e.health&&(this.health=e.health),e.away&&(this.away=e.away,this.leave(e.type==="all")),e.type==="all"){e.now!==null&&(this.ahead=e.now*1e3-Date.now());for(let t of e.equipments)this.appliances.set(t.id,t)}else{for(let t of e.equipments)this.appliances.set(t.id,ii(this.appliances.get(t.id),t,this.now()));for(let t of e.removed)this.appliances.delete(t)}this.heardAt=this.now(),this.become("ready")}leave(e){for(let[t,i]of this.appliances){let r=D(i),s=this.away[r]?.state;(s===void 0&&(e||!(r in this.health))||s==="disabled")&&this.appliances.delete(t)}}},ni=49*3600;function ii(n,e,t){if(!n?.past?.length)return e;if(!e.past?.length)return{...e,past:n.past};let i=new Set(e.past.map(s=>s.at)),r=n.past.filter(s=>!i.has(s.at)&&s.until>t-ni);return r.push(...e.past),r.sort((s,o)=>s.at-o.at),{...e,past:r}}function ke(n){return Math.floor(n/900)*900}var Kt=3600;function Ae(n,e,t){let i=ke(n),r=Math.round(e*Kt/900);return{start:i-r*900,present:r,count:r+Math.round(t*Kt/900)}}function oe(n,e){let t=n.plan;if(!t)return null;let i=t.slots[Math.floor((e-t.start)/900)];return i===void 0?null:i==="1"}function U(n){return n.mode==="piloted"}function ae(n){return U(n)&&n.plan?.valid!==!1}function Se(n,e,t){let i=t?.slice(0,e.present)??ri(n.past??[],e),r=n.plan?.changed.length?new Set(n.plan.changed):void 0;for(let s=e.present;s<e.count;s++){let o=e.start+s*900,l={at:o,state:oi(n,o,s===e.present)};r?.has(o)&&(l.changed=oe(n,o)?"added":"removed"),i.push(l)}return i}function ri(n,e){let t=[],i=0;for(let r=0;r<e.present;r++){let s=e.start+r*900;for(;i<n.length&&n[i].until<=s;)i++;let o=n[i];t.push(o&&o.at<=s?{at:s,state:si(o),row:o}:{at:s,state:"unknown"})}return t}function Zt(n,e){let[t,i]=[n.plan,e.plan];return n.past===e.past&&n.running===e.running&&n.mode===e.mode&&n.ready_at===e.ready_at&&n.next_start===e.next_start&&t?.start===i?.start&&t?.slots===i?.slots&&t?.valid===i?.valid&&String(t?.changed)===String(i?.changed)}function Yt(n,e){return n.length===e.length&&n.every((t,i)=>{let{state:r,changed:s,row:o}=e[i];return t.state===r&&t.changed===s&&t.row===o})}function si(n){return n.outcome==="failed"?"failed":n.ran?"ran":n.outcome==="doubtful"?"doubtful":n.ran===null&&n.on?n.outcome==="skipped"?"skipped":"ran":n.outcome==="skipped"&&(n.on||n.planned)?"skipped":n.planned||n.on?"missed":"idle"}function oi(n,e,t){if(t&&n.running)return"ran";let{ready_at:i,next_start:r}=n;if(i!==null&&e>(r??0)&&e<i&&(r!==null||n.running))return oe(n,e)&&ae(n)?"planned":"expected";let o=oe(n,e);return o===null?"unplanned":o?ae(n)?"planned":"ghost":"idle"}function Ee(n){let e=[];return n.forEach(({state:t},i)=>{let r=e.at(-1);r&&r.state===t&&r.to===i?r.to=i+1:e.push({from:i,to:i+1,state:t})}),e.filter(t=>t.state!=="idle"&&t.state!=="unplanned")}function Jt(n,e){let t=ke(e);if(n.running){let r=n.ready_at??(ae(n)?Gt(n,t):null);return{start:t,end:r!==null&&r>e?r:null,running:!0}}let i=n.next_start;return i===null||!U(n)?null:{start:i,end:n.ready_at??Gt(n,i),running:!1}}function Gt(n,e){let t=e;for(;oe(n,t);)t+=900;return t>e?t:null}function V(n,{word:e,clock:t,now:i}){return n&&/\d:\d\d/.test(n)&&t.isAbroad(i)?`${n} ${e("home_time")}`:n??""}var ai=new Set(["ems","action","planner","emhass","calendar"]);function li(n,e){let t=n.plan?.owner??"";return e(ai.has(t)?`plan_of_${t}`:"plan")}function Qt(n,{word:e,clock:t,now:i}){let r=n.plan,s=ke(i),o=new Set(r?.changed.filter(p=>p>=s));if(!r||!o.size)return"";let l,a;for(let p=Math.max(r.start,s);p<r.start+r.slots.length*900;p+=900){let c=oe(n,p)===!0;c&&(a??=p),c!==o.has(p)&&(l??=p)}let d=p=>t.moment(p,i);return l===void 0&&a===void 0?"":l===void 0?e("changed_to",{after:d(a)}):a===void 0?e("changed_from",{before:d(l)}):l===a?o.size===1?e("changed_one"):e("changed_some",{count:o.size}):e("changed_both",{before:d(l),after:d(a)})}function Xt(n,{word:e,clock:t,now:i}){let{late:r,ready_at:s,wished_end:o}=n;return!r||s===null||o===null?"":e("late",{ready:t.moment(s,i),wished:t.moment(o,i)})}function en(n,e,t,i,r){let{word:s,clock:o,now:l}=r,a=e[t],d=[],p={range:s("range",{from:o.moment(a.at,l),to:o.time(a.at+900)}),state:s(`state_${a.state}`),why:"",facts:d};a.row?di(a.row,p,r):t<i.present?p.why=s("why_unknown"):t===i.present?(p.why=V(n.decision.sentence,r),a.state==="ran"&&(p.state=s("state_running")),n.decision.source&&d.push(s("decided_by",{source:r.source(n.decision.source)})),n.power!==null&&d.push(s("power",{power:tt(n.power,r)}))):ci(n,e,t,p,r),a.changed&&d.push(s(a.changed==="added"?"changed_added":"changed_removed"));let c=n.wished_end;return c!==null&&c>=a.at&&c<a.at+900&&d.push(s("wished_end",{time:o.time(c)})),p}function di(n,e,{word:t,number:i,reason:r,source:s}){let o=n.outcome!==null&&n.outcome!=="acknowledged";o&&n.failure?e.why=r(n.failure):n.reason&&(e.why=r(n.reason)),n.ran&&e.facts.push(t("ran_minutes",{minutes:Math.max(1,Math.round(n.ran/60))})),n.energy&&e.facts.push(t("energy",{energy:i(n.energy/1e3,2)})),n.outcome==="acknowledged"&&e.facts.push(t("confirmed")),n.source&&e.facts.push(t("decided_by",{source:s(n.source)})),o&&n.failure&&n.reason&&e.facts.push(t("because",{reason:r(n.reason)}))}function ci(n,e,t,i,{word:r,clock:s,now:o}){let l=ui(li(n,r)),a=e[t],d=n.ready_at;switch(a.state){case"planned":case"ghost":{let p=t,c=t;for(;e[p-1]?.state===a.state;)p--;for(;e[c+1]?.state===a.state;)c++;let u={plan:l,start:s.moment(e[p].at,o),end:s.time(e[c].at+900)},h=U(n)?"why_older":"why_ghost";i.why=r(a.state==="planned"?"why_planned":h,u),a.state==="planned"&&d!==null&&e[p].at===n.next_start&&i.facts.push(r("ready",{time:s.moment(d,o)}));break}case"expected":i.why=r("why_expected",{time:s.moment(d??a.at+900,o)});break;case"unplanned":i.why=r(n.plan?"why_beyond":"why_unplanned");break;default:i.why=U(n)?r("why_idle",{plan:l}):r("why_manual")}}function tn(n){let e=n.why&&!/[.!?]$/.test(n.why)?`${n.why}.`:n.why;return[`${n.range}, ${n.state}.`,e,...n.facts.map(t=>`${t}.`)].filter(Boolean).join(" ")}function tt(n,{number:e}){let t=Math.abs(n)>=1e3;return`${t?e(n/1e3,1):e(n,0)} ${t?"kW":"W"}`}function ui(n){return n.charAt(0).toUpperCase()+n.slice(1)}var nt={card_name:"Plan of the appliances",card_description:"What each appliance did, does and will do, why, and whose word it was. One tap takes over.",feature_name:"Next run of the appliance",loading:"Loading the plan…",disconnected:"Home Assistant is away. The plan is shown again as soon as it answers.",unavailable:"ELFE Commande does not run in this Home Assistant at the moment. It is tried again.",refused:"You may not see the plan. Ask whoever administers Home Assistant.",failed:"The plan cannot be shown: {problem}. It is tried again.",away_starting:"{entry} is not running; it is being set up.",away_retry:"{entry} is not running: it could not be set up. It is tried again.",away_failed:"{entry} is not running: it could not be set up. Settings → Devices & services says why.",away_disabled:"{entry} is disabled.",known_before:"What is shown of it is what was known before.",stale:"Connection lost; this is what was known at {time}.",empty:"No appliance to show: there is none, or you may not see any.",empty_filtered:"No appliance matches what this card is set to show.",health:"Health of the plan",plan_age:"Plan {age} old",plan_none:"No plan yet",planned_ago:"planned {age} ago",read_ago:"read {age} ago",maker:"{title}: {told}",moment:"less than a minute",minutes:"{count} min",hours:"{count} h",days:"{count} d",not_running:"Not running: no order is sent",no_ems:"Database not reachable",no_broker:"MQTT broker not connected",shadow:"Shadow mode: everything is decided and shown, nothing is ordered.",all_well:"All well",now:"now",home_time:"(home’s time)",run:"{start} → {end}",run_open:"from {start}",until:"until {end}",running:"On",no_run:"No run planned",by_plan:"Plan",by_hand:"By hand",offline:"Does not answer",late:"Late: done about {ready}, wished by {wished}",changed_both:"New plan: {after} instead of {before}",changed_to:"New plan: on at {after}",changed_from:"New plan: no longer at {before}",changed_one:"New plan: otherwise in one quarter-hour",changed_some:"New plan: otherwise in {count} quarter-hours",follow:"Follow the plan",follow_of:"{name}: follow the plan",strip_of:"{name}: past and plan",strip_help:"Arrow keys go through the quarter-hours and appliances, Enter says why, Escape closes.",legend:"Legend",range:"{from} to {to}",state_ran:"Ran",state_running:"Runs",state_failed:"Order failed",state_doubtful:"Order not confirmed",state_skipped:"Order not sent",state_missed:"Planned, did not run",state_idle:"Off",state_unknown:"Unknown",state_planned:"Planned",state_expected:"Runs on",state_ghost:"Planned, not followed",state_unplanned:"No plan",why_unknown:"Nothing was recorded of this time.",why_planned:"{plan} wants it on from {start} to {end}.",why_older:"Waits for its next plan: this one, made before it was last set, would have it on from {start} to {end}.",why_ghost:"By hand: {plan} would have it on from {start} to {end}, and is not followed.",why_expected:"Once started, it is done about {time}.",why_beyond:"The plan does not reach that far yet.",why_unplanned:"There is no plan.",why_idle:"{plan} does not want it on.",why_manual:"By hand: only people switch it.",plan:"the plan",plan_of_ems:"the EMS’s plan",plan_of_action:"the plan set by an action",plan_of_planner:"the built-in planner",plan_of_emhass:"EMHASS’s plan",plan_of_calendar:"the calendar’s plan",decided_by:"Decided by: {source}",because:"Wanted because: {reason}",confirmed:"Confirmed by the appliance",ran_minutes:"{minutes} min on",energy:"{energy} kWh",power:"Draws {power}",ready:"Done about {time}",wished_end:"Wished to be done by {time}",changed_added:"New: the plan before did not want it on",changed_removed:"New: the plan before wanted it on",legend_now:"Now",legend_wished:"Wished end",legend_changed:"Changed by the new plan",legend_confirmed:"Confirmed",start:"Start now",start_of:"Start {name} now?",ready_by:"Ready by",set:"Set",take_over:"Take over",give_back:"Back to the plan",keep_on:"Keep on",keep_off:"Keep off",cancel:"Cancel",close:"Close",more:"Details of {name}",working:"Asked; waiting for the appliance…",checking:"Looking at what would happen…",done:"Done.",not_allowed:"You may not do this with {name}.",lost:"Home Assistant did not answer; nobody knows whether it was done.",would:"It would be: {runs}",would_not_run:"It would not run in the time shown.",would_open:"How it would run is decided later.",would_ready:"done about {time}",would_late:"later than wished",config_title:"Title",config_entities:"Appliances",config_entities_help:"None means all that you may see.",config_homes:"Homes",config_areas:"Rooms",config_kinds:"Kinds of appliances",config_hours_back:"Hours of the past",config_hours_ahead:"Hours to come",config_health:"Show the health of the plan",config_legend:"Show the legend",kind_dishwasher:"Dishwasher",kind_washing_machine:"Washing machine",kind_tumble_dryer:"Tumble dryer",kind_water_heater:"Hot-water tank",kind_heater:"Heating",kind_controlled_heater:"Regulated heating",kind_electric_car:"Electric car",kind_electric_bike:"Electric bicycle",kind_electric_forklift:"Electric forklift",kind_generic_machine:"Machine"};var nn={card_name:"Plan des appareils",card_description:"Ce que chaque appareil a fait, fait et fera, pourquoi, et qui l’a décidé. Un geste suffit pour reprendre la main.",feature_name:"Prochaine marche de l’appareil",loading:"Chargement du plan…",disconnected:"Home Assistant ne répond pas. Le plan reviendra dès qu’il répondra.",unavailable:"ELFE Commande ne fonctionne pas dans ce Home Assistant pour l’instant. Nouvel essai en cours.",refused:"Vous n’avez pas le droit de voir le plan. Adressez-vous à qui administre Home Assistant.",failed:"Le plan ne peut pas être affiché : {problem}. Nouvel essai en cours.",away_starting:"{entry} ne fonctionne pas : démarrage en cours.",away_retry:"{entry} ne fonctionne pas : le démarrage a échoué. Nouvel essai en cours.",away_failed:"{entry} ne fonctionne pas : le démarrage a échoué. Voir Paramètres → Appareils et services.",away_disabled:"{entry} est désactivé.",known_before:"Ce qui est affiché date d’avant.",stale:"Connexion perdue, voici ce que l’on savait à {time}.",empty:"Aucun appareil à afficher : il n’y en a pas, ou vous n’avez le droit d’en voir aucun.",empty_filtered:"Aucun appareil ne correspond à ce que cette carte doit afficher.",health:"Santé du plan",plan_age:"Plan d’il y a {age}",plan_none:"Pas encore de plan",planned_ago:"planifié il y a {age}",read_ago:"lu il y a {age}",maker:"{title} : {told}",moment:"moins d’une minute",minutes:"{count} min",hours:"{count} h",days:"{count} j",not_running:"À l’arrêt : aucun ordre n’est envoyé",no_ems:"Base de données injoignable",no_broker:"Broker MQTT non connecté",shadow:"Mode ombre : tout est décidé et montré, rien n’est ordonné.",all_well:"Tout va bien",now:"maintenant",home_time:"(heure du domicile)",run:"{start} → {end}",run_open:"dès {start}",until:"jusqu’à {end}",running:"En marche",no_run:"Aucune marche prévue",by_plan:"Plan",by_hand:"À la main",offline:"Ne répond pas",late:"En retard : fini vers {ready}, souhaité pour {wished}",changed_both:"Nouveau plan : {after} au lieu de {before}",changed_to:"Nouveau plan : en marche à {after}",changed_from:"Nouveau plan : plus de marche à {before}",changed_one:"Nouveau plan : un quart d’heure changé",changed_some:"Nouveau plan : {count} quarts d’heure changés",follow:"Suivre le plan",follow_of:"{name} : suivre le plan",strip_of:"{name} : passé et plan",strip_help:"Les flèches parcourent les quarts d’heure et les appareils, Entrée dit pourquoi, Échap referme.",legend:"Légende",range:"{from} à {to}",state_ran:"A fonctionné",state_running:"En marche",state_failed:"Ordre en échec",state_doubtful:"Ordre non confirmé",state_skipped:"Ordre non envoyé",state_missed:"Prévu, n’a pas fonctionné",state_idle:"Arrêté",state_unknown:"Inconnu",state_planned:"Prévu",state_expected:"Fonctionnera encore",state_ghost:"Prévu, non suivi",state_unplanned:"Pas de plan",why_unknown:"Rien n’a été enregistré de ce moment.",why_planned:"{plan} le veut en marche de {start} à {end}.",why_older:"Attend son prochain plan : celui-ci, établi avant le dernier réglage, le mettrait en marche de {start} à {end}.",why_ghost:"À la main : {plan} le mettrait en marche de {start} à {end}, mais n’est pas suivi.",why_expected:"Une fois lancé, il aura fini vers {time}.",why_beyond:"Le plan ne va pas encore jusque-là.",why_unplanned:"Il n’y a pas de plan.",why_idle:"{plan} ne le veut pas en marche.",why_manual:"À la main : seules des personnes le commandent.",plan:"le plan",plan_of_ems:"le plan de l’EMS",plan_of_action:"le plan fixé par une action",plan_of_planner:"le planificateur intégré",plan_of_emhass:"le plan d’EMHASS",plan_of_calendar:"le plan du calendrier",decided_by:"Décidé par : {source}",because:"Voulu car : {reason}",confirmed:"Confirmé par l’appareil",ran_minutes:"{minutes} min en marche",energy:"{energy} kWh",power:"Consomme {power}",ready:"Fini vers {time}",wished_end:"Fin souhaitée à {time}",changed_added:"Nouveau : le plan précédent ne le voulait pas en marche",changed_removed:"Nouveau : le plan précédent le voulait en marche",legend_now:"Maintenant",legend_wished:"Fin souhaitée",legend_changed:"Changé par le nouveau plan",legend_confirmed:"Confirmé",start:"Démarrer",start_of:"Démarrer {name} maintenant ?",ready_by:"Prêt pour",set:"Valider",take_over:"Reprendre la main",give_back:"Rendre au plan",keep_on:"Garder allumé",keep_off:"Garder éteint",cancel:"Annuler",close:"Fermer",more:"Détails de {name}",working:"Demandé, en attente de l’appareil…",checking:"Vérification de ce qui se passerait…",done:"C’est fait.",not_allowed:"Vous n’avez pas le droit de faire cela avec {name}.",lost:"Home Assistant n’a pas répondu, on ne sait pas si cela a été fait.",would:"Ce serait : {runs}",would_not_run:"Il ne fonctionnerait pas dans le temps affiché.",would_open:"Le déroulement sera décidé plus tard.",would_ready:"fini vers {time}",would_late:"plus tard que souhaité",config_title:"Titre",config_entities:"Appareils",config_entities_help:"Aucun signifie tous ceux que vous pouvez voir.",config_homes:"Foyers",config_areas:"Pièces",config_kinds:"Sortes d’appareils",config_hours_back:"Heures passées",config_hours_ahead:"Heures à venir",config_health:"Afficher la santé du plan",config_legend:"Afficher la légende",kind_dishwasher:"Lave-vaisselle",kind_washing_machine:"Lave-linge",kind_tumble_dryer:"Sèche-linge",kind_water_heater:"Ballon d’eau chaude",kind_heater:"Chauffage",kind_controlled_heater:"Chauffage régulé",kind_electric_car:"Voiture électrique",kind_electric_bike:"Vélo à assistance électrique",kind_electric_forklift:"Chariot élévateur électrique",kind_generic_machine:"Machine"};var mi={en:nt,fr:nn};function fi(n){return mi[n.split("-")[0]??""]??nt}function M(n){let e=fi(n);return(t,i)=>e[t].replace(/\{(\w+)\}/g,(r,s)=>String(i?.[s]??r))}function S(){return document.documentElement.lang||navigator.language}var it=new Set,sn=new Map;function Ce(n,e){let t=`component.${b}.entity.${e}`;return n.localize(t)||sn.get(n.language)?.(t)||""}async function Te(n,e){let{language:t}=n;if(!(it.has(t)||an(n,"silent")!=="silent")){it.add(t);try{sn.set(t,await n.loadBackendTranslation("entity",b))}catch{it.delete(t);return}e()}}var on="sensor.decision.state_attributes";function an(n,e){return Ce(n,`${on}.reason.state.${e}`)||e}function gi(n,e){return Ce(n,`${on}.source.state.${e}`)||e}var rn={comma_decimal:"en",decimal_comma:"de",space_comma:"fr",quote_decimal:"de-CH",none:"en",system:void 0};function yi({language:n,number_format:e}){let t=e!==void 0&&e in rn?rn[e]:n;return(i,r)=>new Intl.NumberFormat(t,{minimumFractionDigits:r,maximumFractionDigits:r,useGrouping:e!=="none"}).format(i)}function Oe(n,e){return{word:M(n.locale.language||n.language),clock:wi(n),number:yi(n.locale),now:e,reason:t=>an(n,t),source:t=>gi(n,t)}}var _i=1e3;function wi(n){let{locale:e,config:t}=n,i=Intl.DateTimeFormat().resolvedOptions().timeZone,r=e.time_zone==="server"||e.time_zone&&i==="UTC"?t.time_zone:i,s=e.language,o=e.time_format,l=o==="12"?!0:o==="24"?!1:new Intl.DateTimeFormat(o==="system"?void 0:s,{hour:"numeric"}).resolvedOptions().hour12,a=(_,k=s,x=r)=>{let ce=new Intl.DateTimeFormat(k,{timeZone:x,..._}),ue=new Map;return Fe=>{let Be=ue.get(Fe);return Be===void 0&&(ue.size>_i&&ue.clear(),ue.set(Fe,Be=ce.format(Fe*1e3))),Be}},p=a({hour:l?"numeric":"2-digit",minute:"2-digit",...l?{hour12:!0}:{hourCycle:"h23"}}),c=a({weekday:"short"}),u=a({year:"numeric",month:"2-digit",day:"2-digit"}),h={hour:"2-digit",minute:"2-digit",hourCycle:"h23"},g=a(h,"en-GB"),y=a(h,"en-GB",t.time_zone),v=l?a({hour:"numeric",hour12:!0}):_=>g(_).slice(0,2);return{time:p,day:c,hour:v,input:g,isAbroad:_=>g(_)!==y(_),moment:(_,k)=>u(_)===u(k)?p(_):`${c(_)} ${p(_)}`,parts:_=>{let[k,x]=g(_).split(":");return{hour:Number(k),minute:Number(x)}}}}var ln="https://github.com/elfe-commande/elfe-commande/blob/main/docs/card.md",dn=new Map;function R(n,e){dn.set(n,e),cn()}function cn(){for(let[n,e]of dn)if(!customElements.get(n))try{customElements.define(n,e)}catch{}}customElements.whenDefined("home-assistant").then(cn);function un(n){rt(window.customCards??=[],n)}function pn(n){rt(window.customCardFeatures??=[],n)}function Me(n){rt(window.customStrategies??=[],n)}function rt(n,e){n.some(i=>i.type===e.type&&i.strategyType===e.strategyType)||n.push(e)}function hn(n,e){return JSON.stringify(n)===JSON.stringify(e)}function bi(n,e){switch(e.what){case"pilot":return n.entity_id?.startsWith("switch.")?{domain:"switch",service:e.on?"turn_on":"turn_off",data:{}}:{domain:b,service:"init_typology",data:{mode:e.on?"piloted":"manual"}};case"start":return{domain:b,service:"run_typology",data:{order:"on"}};case"deadline":return{domain:b,service:"set_deadline",data:{datetime:new Date(e.at*1e3).toISOString()}};case"mode":return{domain:b,service:"set_mode",data:{mode:e.mode}}}}async function mn(n,e,t,i){let{domain:r,service:s,data:o}=bi(e,t);try{return await n.callService(r,s,o,{entity_id:e.entity_id??[]},!1),""}catch(l){return gn(n,e,l,i)}}var vi=3,xi=new Set(["Unauthorized","UnknownUser"]);function fn(n){let e=n?.error??n;return typeof e=="number"?{code:e}:e??{}}async function gn(n,e,t,i){let r=fn(t),{translation_domain:s,translation_key:o}=r;if(r.code==="unauthorized"||!o&&xi.has(r.message))return i("not_allowed",{name:e.name});if(r.code===vi)return i("lost");if(typeof s=="string"&&typeof o=="string")try{let a=(await n.loadBackendTranslation("exceptions",s))(`component.${s}.exceptions.${o}.message`,r.translation_placeholders);if(a)return a}catch{}return typeof r.message=="string"&&r.message?r.message:String(r.code??t)}async function yn(n,e,t,i){if(!e.entity_id)return null;try{return await n.callWS({type:`${b}/plan/simulate`,entity_id:e.entity_id,...$i(t)})}catch(r){let{code:s}=fn(r);return s==="unknown_command"||s==="invalid_format"?null:{problem:await gn(n,e,r,i)}}}function $i(n){switch(n.what){case"pilot":return{mode:n.on?"piloted":"manual"};case"start":return{start_now:!0};case"deadline":return{wished_end:n.at};case"mode":return{mode:n.mode}}}function Re({slots:n,start:e,now:t,ready_at:i}){let r=[];[...n].forEach((o,l)=>{if(o!=="1")return;let a=e+l*900,d=r.at(-1);d?.end===a?d.end+=900:r.push({start:Math.max(a,t),end:a+900})});let s=r.find(({end:o})=>i!==null&&i<=o&&i>o-900);return s&&i!==null&&(s.end=i),r}function _n(n,e,t){let[i,r]=n.split(":").map(Number);if(i===void 0||r===void 0||Number.isNaN(i+r))return null;let s=Math.floor(e/60)*60,o=t.parts(s),l=(i*60+r-o.hour*60-o.minute+1440)%1440||1440,a=s+l*60;return[a,a-3600,a+3600].find(p=>{let{hour:c,minute:u}=t.parts(p);return p>e&&c===i&&u===r})??a}var N=34,C=31,ki=7,bn={unknown:27,planned:16,ran:12,expected:20,ghost:16,missed:14,failed:12,doubtful:12,skipped:22},Ai={confirmed:"l2.5 2.5 4.5 -5",failed:"m.5 -3.5 6 6 m0 -6 -6 6",doubtful:"m1 -2 a2.4 2.2 0 1 1 2.5 2.6 v1.2 m0 2.2 v.1",skipped:"h6",added:"m0 -3.5 h7 l-3.5 6 z",removed:"m0 2.5 h7 l-3.5 -6 z"},Si=5,Ei={failed:"failed",doubtful:"doubtful",skipped:"skipped"},Ci=["failed","doubtful"];function He(n,e){let t=e/n.length,i=new Map;for(let s of Ee(n))i.set(s.state,(i.get(s.state)??"")+Ti(s,t));return{states:Object.keys(bn).flatMap(s=>{let o=i.get(s);return o===void 0?[]:[[s,o]]}),marks:[...Mi(n,t)]}}function Ti({from:n,to:e,state:t},i){let r=n*i+.5,s=Math.max(e*i-.5,r+1),o=bn[t]??C;switch(t){case"failed":return Oi(r,s,o);case"doubtful":return wn(r,s,o,2,4);case"unknown":return wn(r,s,o,1,4);case"missed":case"ghost":return st(r+.5,s-.5,o+.5,C-.5);default:return st(r,s,o,C)}}function st(n,e,t,i){let r=Math.max(0,Math.min(3,(e-n)/2)),[s,o]=[$(n),$(e)];return`M${s} ${i}V${t+r}Q${s} ${t} ${$(n+r)} ${t}H${$(e-r)}Q${o} ${t} ${o} ${$(t+r)}V${i}Z`}function Oi(n,e,t){let i=Math.max(1,Math.round((e-n)/6)),r=(e-n)/i/2,s=`M${$(n)} ${C}V${t+4}`;for(let o=0;o<i;o++)s+=`l${$(r)} -4 ${$(r)} 4`;return`${s}V${C}Z`}function wn(n,e,t,i,r){let s="";for(let o=n;o<e;o+=r)s+=`M${$(o)} ${C}V${t}H${$(Math.min(o+i,e))}V${C}Z`;return s}function Mi(n,e){let t=[];n.forEach((o,l)=>{let a=n[l-1],d=l*e,p=o.row;if(p&&p!==a?.row){let c=Ei[o.state]??(Ri(o,a)?"confirmed":void 0);c&&t.push({mark:c,x:d})}o.changed&&o.changed!==a?.changed&&t.push({mark:o.changed,x:d})});let i=o=>Ci.includes(o)?0:1;t.sort((o,l)=>i(o.mark)-i(l.mark));let r=[],s=new Map;for(let{mark:o,x:l}of t)r.some(a=>Math.abs(a-l)<ki+1)||(r.push(l),s.set(o,`${s.get(o)??""}M${$(l)} ${Si}${Ai[o]}`));return s}function Ri(n,e){return n.state==="ran"&&n.row?.outcome==="acknowledged"&&e?.state!=="ran"}function Hi(n,e,t){let i=(n-e.start)/900/e.count*t;return i>=0&&i<=t?i:void 0}function Pi(n,e,t){let i=r=>Math.max(0,Math.min(t,(r-e.start)/900/e.count*t));return Re(n).map(({start:r,end:s})=>[i(r),i(s)]).filter(([r,s])=>s>r).map(([r,s])=>st(r+1,s-1,11,C)).join("")}function $(n){return String(Math.round(n*10)/10)}function vn(n,e,t){let{slots:i,span:r,width:s,selected:o}=t,l=s/i.length,a=$(r.present*l),d=n.wished_end===null?void 0:Hi(n.wished_end,r,s),p=t.ticks.map(c=>`M${$(c)} 10V${C}`).join("");return A`<svg width=${$(s)} height=${N} viewBox="0 0 ${$(s)} ${N}" aria-hidden="true" focusable="false">
    <path class="before" d="M0 10H${a}V${C}H0Z"></path>
    <path class="grid" d="${p}M0 ${C}.5H${$(s)}"></path>
    ${o===void 0?"":A`<rect class="selected" x=${$(o*l-1)} y="9" width=${$(l+2)} height=${N-9} rx="2"></rect>`}
    ${e.states.map(([c,u])=>A`<path class=${c} d=${u}></path>`)}
    ${e.marks.map(([c,u])=>A`<path class="mark ${c}" d=${u}></path>`)}
    ${d===void 0?"":A`<path class="wish ${n.late?"late":""}" d="M${$(d)} ${C}V1l7 2.5 -7 2.5"></path>`}
    ${t.would?A`<path class="preview" d=${Pi(t.would,r,s)}></path>`:""}
    <path class="now" d="M0 8V${N}"></path>
  </svg>`}var Li=[1,2,3,4,6,12,24],ot=44;function xn(n,e,t){let i=e/n.count*(3600/900),r=Li.find(o=>o*i>=ot)??24,s=[];for(let o=Math.ceil(n.start/900)*900;o<=n.start+n.count*900;o+=900){let{hour:l,minute:a}=t.parts(o);if(a||l%r)continue;let d=(o-n.start)/900/n.count*e;s.length&&d-s.at(-1).x<ot/2||s.push({x:d,text:l?t.hour(o):t.day(o),day:!l})}return s}function $n(n,e,t,i){let r=s=>s>8&&s<e-8&&Math.abs(s-t)>ot*.75;return f`<div class="axis" aria-hidden="true">
    ${n.filter(s=>r(s.x)).map(s=>f`<span class="tick ${s.day?"day":""}" style="left:${s.x}px">${s.text}</span>`)}
    <span class="here">${i("now")}</span>
  </div>`}var Ni=[{word:"state_ran",state:"ran"},{word:"legend_confirmed",mark:"confirmed"},{word:"state_failed",state:"failed",mark:"failed"},{word:"state_doubtful",state:"doubtful",mark:"doubtful"},{word:"state_skipped",state:"skipped",mark:"skipped"},{word:"state_missed",state:"missed"},{word:"state_unknown",state:"unknown"},{word:"state_planned",state:"planned"},{word:"state_expected",state:"expected"},{word:"state_ghost",state:"ghost"},{word:"legend_changed",mark:"added"},{word:"legend_wished",mark:"wish"}];function kn(n,e){let t=Ni.filter(({state:i,mark:r})=>n.has(i??r??""));return t.length?f`<ul class="legend" aria-label=${e("legend")}>
    ${t.map(i=>f`<li><svg width="18" height=${N} viewBox="0 0 18 ${N}" aria-hidden="true" focusable="false">${zi(i)}</svg>${e(i.word)}</li>`)}
  </ul>`:m}function zi({state:n,mark:e}){if(e==="wish")return A`<path class="wish" d="M6 31V8l7 2.5 -7 2.5"></path>`;let t=Array.from({length:3},()=>({at:0,state:n??"idle"}));return A`${He(t,18).states.map(([i,r])=>A`<path class=${i} d=${r}></path>`)}
    ${e?A`<path class="mark ${e}" d=${Di[e]}></path>`:""}`}var Di={confirmed:"M5 22l2.5 2.5 4.5 -5",failed:"M6 1.5l6 6m0 -6l-6 6",doubtful:"M6 3a2.4 2.2 0 1 1 2.5 2.6v1.2m0 2.2v.1",skipped:"M6 16h6",added:"M5 19h7l-3.5 6z",removed:"M5 25h7l-3.5 -6z"};var Pe="elfe-plan-card",Le=6,lt=18,at=48,Ui=["entities","homes","areas","kinds"];function dt(n){let e={...n};for(let t of Ui){let i=e[t];if(i==null)delete e[t];else if(typeof i=="string")e[t]=[i];else if(!Array.isArray(i)||i.some(r=>typeof r!="string"))throw new Error(`${t}: a list of texts is expected`)}for(let[t,i]of[["hours_back",0],["hours_ahead",1]]){let r=e[t];if(r==null)delete e[t];else if(typeof r!="number"||!(r>=i&&r<=at))throw new Error(`${t}: a number from ${i} to ${at} is expected`)}return e}function K(n,e){let t=n.entities[e];if(!(t?.platform!==b||!t.device_id))return Object.values(n.entities).find(i=>i!==void 0&&i.device_id===t.device_id&&i.platform===b&&i.translation_key==="pilot"&&i.entity_id.startsWith("switch."))?.entity_id}function An(n,e){let t=e.entity_id?n.entities[e.entity_id]:void 0;return t?.area_id??(t?.device_id?n.devices[t.device_id]?.area_id:null)??void 0}function Sn(n,e){let t=K(n,e);return t?{config:{type:`custom:${Pe}`,entities:[t]}}:null}var qi=["dishwasher","washing_machine","tumble_dryer","water_heater","heater","controlled_heater","electric_car","electric_bike","electric_forklift","generic_machine"];async function En(){let n=M(S()),e=await Ii(),t=i=>({number:{min:i,max:at,mode:"box",step:1}});return{schema:[{name:"title",selector:{text:{}}},{name:"entities",selector:{entity:{multiple:!0,filter:[{integration:b,domain:"switch"}]}}},...e.length>1?[{name:"homes",selector:{select:{multiple:!0,custom_value:!0,options:e}}}]:[],{name:"areas",selector:{area:{multiple:!0}}},{name:"kinds",selector:{select:{multiple:!0,mode:"dropdown",options:qi.map(i=>({value:i,label:n(`kind_${i}`)}))}}},{type:"grid",name:"",schema:[{name:"hours_back",default:Le,selector:t(0)},{name:"hours_ahead",default:lt,selector:t(1)},{name:"health",default:!0,selector:{boolean:{}}},{name:"legend",default:!0,selector:{boolean:{}}}]}],computeLabel:({name:i})=>i?n(`config_${i}`):void 0,computeHelper:({name:i})=>i==="entities"?n("config_entities_help"):void 0,assertConfig:i=>{dt(i)}}}async function Ii(){let n=document.querySelector("home-assistant");try{let e=await n?.hass?.callWS({type:`${b}/overview`});return[...new Set(e?.entries.flatMap(t=>t.homes))].sort()}catch{return[]}}var Wi=6*3600;function Cn(n,e,t,i){let r=Object.entries(e);return r.length?f`<div class="health" role="group" aria-label=${i("health")}>
    ${r.map(([,s])=>{let o=r.length>1?s.title:void 0;return f`<span class="entry">
        ${o?f`<b>${o}</b>`:m} ${Fi(n,s,t,i)}
      </span>`})}
  </div>`:m}function Fi(n,e,t,i){let r=(u,h,g)=>f`<span class="chip ${u}"><ha-icon icon=${h} aria-hidden="true"></ha-icon>${g}</span>`,s=[],o=(u,h)=>s.push(r("wrong",u,h));e.running||o("mdi:pause-circle-outline",i("not_running")),e.ems||o("mdi:database-off-outline",i("no_ems")),e.broker||o("mdi:lan-disconnect",i("no_broker"));let l=!s.length,a=(u,h,g=!0)=>{g&&u!==null&&t-u>Wi?o("mdi:clock-alert-outline",h):u!==null&&l?s.push(r("well","mdi:check-circle-outline",h)):s.push(r("","mdi:clock-outline",h))},d=u=>ji(Math.max(0,t-u),i),p=e.makers??[];for(let{kind:u,title:h,state:g,well:y,at:v}of p){let _=v===null?i("plan_none"):i(u==="planner"?"planned_ago":"read_ago",{age:d(v)}),k=y?_:`${Bi(n,u,g)} · ${_}`,x=i("maker",{title:h,told:k});y?a(v,x):o("mdi:alert-outline",x)}let c=e.plan_at;return p.length||a(c,c===null?i("plan_none"):i("plan_age",{age:d(c)}),e.server??!0),s}function Bi(n,e,t){return Ce(n,`sensor.${e==="planner"?"planner_state":e}.state.${t}`)||(t??"")}function ji(n,e){let t=Math.floor(n/60);if(t<1)return e("moment");if(t<90)return e("minutes",{count:t});let i=Math.round(t/60);return i<48?e("hours",{count:i}):e("days",{count:Math.round(i/24)})}function X(n,e,t,i){switch(n.state){case"ready":return i?le(n,D(i),e):"";case"disconnected":return n.appliances.size?e("stale",{time:t.time(n.heardAt)}):e("disconnected");case"failed":return e("failed",{problem:n.problem});default:return e(n.state)}}function le(n,e,t){let i=n.away[e];if(!i)return"";let r=Object.keys(n.health).length+Object.keys(n.away).length>1,s=t(`away_${i.state}`,{entry:`ELFE Commande${r?` (${i.title})`:""}`});return[...n.appliances.values()].some(l=>D(l)===e)?`${s} ${t("known_before")}`:s}function Tn(n,e,t,i,r){let{word:s}=e.teller;return f`<div class="detail" role="region" aria-label=${s("more",{name:t.name})}>
    <div class="told">
      <p class="what"><b>${i.range}</b> <span class="state">${i.state}</span></p>
      ${i.why?f`<p class="reason">${i.why}</p>`:m}
      ${i.facts.length?f`<p class="facts">${i.facts.map(o=>f`<span>${o}</span>`)}</p>`:m}
    </div>
    <button class="close" aria-label=${s("close")} title=${s("close")} @click=${()=>n.close()}>
      <ha-icon icon="mdi:close" aria-hidden="true"></ha-icon>
    </button>
    ${Vi(n,e,t,r)}
  </div>`}function Vi(n,e,t,i){let{can:r,id:s,wished_end:o,running:l}=t,{word:a,clock:d}=e.teller;if(!r.length)return m;if(i?.step==="confirm")return Gi(n,e,t,i);let p=i?.step==="working"||i?.step==="checking"?i.wish:void 0,c=_=>p!==void 0&&hn(p,_),u=_=>()=>n.ask(s,_),h=(_,k,x)=>f`<button class="do" ?disabled=${c(x)} @click=${u(x)}>
      <ha-icon icon=${_} aria-hidden="true"></ha-icon>${k}
    </button>`,g=_=>{_.preventDefault();let k=_.target.querySelector("input"),x=k&&_n(k.value,n.now(),d);x&&n.ask(s,{what:"deadline",at:x})},y=r.includes("mode"),v=U(t);return f`<div class="controls">
      ${r.includes("start")&&!l?h("mdi:play",a("start"),{what:"start"}):m}
      ${y&&!r.includes("deadline")&&!(l&&!v)?h("mdi:power",a("keep_on"),{what:"mode",mode:"forced_on"}):m}
      ${y?h("mdi:power-off",a("keep_off"),{what:"mode",mode:"forced_off"}):m}
      ${r.includes("pilot")?v?h("mdi:hand-back-right-outline",a("take_over"),{what:"pilot",on:!1}):h("mdi:calendar-clock",a("give_back"),{what:"pilot",on:!0}):m}
      ${r.includes("deadline")?f`<form class="deadline" @submit=${g}>
              <label>${a("ready_by")} <input type="time" required .value=${o?d.input(o):""} /></label>
              <button class="do">${a("set")}</button>
            </form>`:m}
    </div>
    ${Ki(i,e)}`}function Ki(n,{teller:{word:e}}){if(n?.step==="problem")return f`<p class="problem" role="alert">${n.problem}</p>`;let t=n?.step==="working"?e("working"):n?.step==="checking"?e("checking"):n?.step==="done"?e("done"):"";return f`<p class="asked" role="status">${t}</p>`}function Gi(n,e,t,i){let{word:r}=e.teller,{wish:s,simulation:o}=i,l={start:r("start"),deadline:r("set"),pilot:r(s.what==="pilot"&&s.on?"give_back":"take_over"),mode:r(s.what==="mode"&&s.mode==="forced_off"?"keep_off":"keep_on")};return f`<div class="confirm" role="group" aria-label=${l[s.what]}>
    ${o?f`<p class="would ${o.late?"late":""}">${Zi(o,e)}</p>`:m}
    ${o?.notes.map(a=>f`<p class="note">${V(a.text,e.teller)}</p>`)}
    <div class="controls">
      <button class="do main" @click=${()=>n.confirm(t.id)}>${l[s.what]}</button>
      <button class="do" @click=${()=>n.cancel(t.id)}>${r("cancel")}</button>
    </div>
  </div>`}function Zi(n,{teller:{word:e,clock:t,now:i}}){let r=n.ready_at,s=Re(n).slice(0,3),o=s.map(({start:a,end:d})=>e("run",{start:t.moment(a,i),end:t.time(d)}));if(!o.length&&n.slots.includes("-")&&r===null)return e("would_open");let l=[o.length?e("would",{runs:o.join(", ")}):e("would_not_run")];return r!==null&&r!==s.at(-1)?.end&&l.push(e("would_ready",{time:t.moment(r,i)})),n.late&&l.push(e("would_late")),l.join(" · ")}var Yi={dishwasher:"mdi:dishwasher",washing_machine:"mdi:washing-machine",tumble_dryer:"mdi:tumble-dryer",water_heater:"mdi:water-boiler",heater:"mdi:radiator",controlled_heater:"mdi:thermostat",electric_car:"mdi:car-electric",electric_bike:"mdi:bicycle-electric",electric_forklift:"mdi:forklift",generic_machine:"mdi:engine"};function On(n,e,{appliance:t,slots:i,drawing:r},s){let{word:o}=e.teller,{id:l,name:a}=t,d=s.current||s.open?en(t,i,s.index,e.span,e.teller):void 0,p=ct(t,e.teller),c=V(t.decision.sentence,e.teller),u=s.open||s.current?s.index:void 0,h=s.asking?.step==="confirm"?s.asking.simulation:null,g=v=>{let _=v.currentTarget.getBoundingClientRect(),k=Math.floor((v.clientX-_.left)/_.width*i.length);n.select(l,Math.max(0,Math.min(i.length-1,k)),!0)},y=()=>s.open?n.close():n.select(l,e.span.present,!0);return f`<div class="row ${s.open?"open":""} ${s.old?"old":""}" role="group" aria-label=${a} data-id=${l}>
    <div class="info">
      <ha-icon
        class="icon ${t.running?"on":""} ${t.connected===!1?"away":""}"
        icon=${Yi[t.kind??""]??"mdi:power-plug"}
        aria-hidden="true"
      ></ha-icon>
      <button class="about" aria-expanded=${s.open} @click=${y}>
        <span class="line">
          <span class="name">${a}</span>
          <span class="watts">${t.running&&t.power?tt(t.power,e.teller):""}</span>
          <span class="next">${p}</span>
        </span>
        <span class="why">${c}</span>
        ${Qi(t,e)}
      </button>
      ${Xi(n,e,t,s.asking)}
    </div>
    <div
      class="strip"
      role="slider"
      tabindex=${s.current?0:-1}
      aria-label=${o("strip_of",{name:a})}
      aria-describedby="help"
      aria-orientation="horizontal"
      aria-valuemin="0"
      aria-valuemax=${i.length-1}
      aria-valuenow=${s.index}
      aria-valuetext=${d?tn(d):c||o("now")}
      style="height:${N}px"
      @click=${g}
      @keydown=${v=>n.key(v,l)}
    >
      ${e.width?xe([e,r,t.wished_end,t.late,u,h],()=>vn(t,r,{slots:i,span:e.span,width:e.width,ticks:e.ticks,selected:u,would:h})):m}
    </div>
    ${d&&s.open?Tn(n,e,t,d,s.asking):m}
    ${!s.open&&s.asking?Ji(s.asking,e):m}
  </div>`}function Ji(n,{teller:{word:e}}){if(n.step==="problem")return f`<p class="problem" role="alert">${n.problem}</p>`;let t=n.step==="done"?e("done"):e("working");return f`<p class="asked" role="status">${t}</p>`}function ct(n,{word:e,clock:t,now:i}){let r=Jt(n,i);if(!r)return"";if(r.running)return r.end===null?e("running"):e("until",{end:t.moment(r.end,i)});let s=t.moment(r.start,i);return r.end===null?e("run_open",{start:s}):e("run",{start:s,end:t.time(r.end)})}function Qi(n,e){let{word:t}=e.teller,i=Xt(n,e.teller),r=ae(n)?Qt(n,e.teller):"",s=[i&&f`<span class="chip late"><ha-icon icon="mdi:flag-outline" aria-hidden="true"></ha-icon>${i}</span>`,n.connected===!1&&f`<span class="chip away"><ha-icon icon="mdi:lan-disconnect" aria-hidden="true"></ha-icon>${t("offline")}</span>`,r&&f`<span class="chip new"><ha-icon icon="mdi:update" aria-hidden="true"></ha-icon>${r}</span>`].filter(Boolean);return s.length?f`<span class="chips">${s}</span>`:m}function Xi(n,{teller:{word:e}},t,i){if(!t.can.includes("pilot"))return m;let r=i?.wish,s=i?.step==="working"&&r?.what==="pilot",o=s?r.on:U(t);return f`<button
    class="pilot ${s?"working":""}"
    role="switch"
    aria-checked=${o}
    aria-label=${e("follow_of",{name:t.name})}
    title=${e("follow")}
    @click=${()=>n.ask(t.id,{what:"pilot",on:!o})}
  >
    <span class="track"><span class="thumb"></span></span>
    <span class="caption">${e(o?"by_plan":"by_hand")}</span>
  </button>`}var ut=G`
  :host {
    --elfe-ran: var(--elfe-ran-color, var(--success-color, #43a047));
    --elfe-plan: var(--elfe-plan-color, var(--primary-color, #009ac7));
    --elfe-fail: var(--error-color, #db4437);
    --elfe-doubt: var(--warning-color, #ffa600);
    --elfe-quiet: var(--secondary-text-color, #727272);
    --elfe-text: var(--primary-text-color, #141414);
  }
  svg {
    display: block;
    overflow: visible;
  }
  .ran {
    fill: var(--elfe-ran);
  }
  .failed {
    fill: var(--elfe-fail);
  }
  .doubtful {
    fill: var(--elfe-doubt);
  }
  .skipped {
    fill: var(--elfe-quiet);
  }
  .missed,
  .ghost {
    fill: none;
    stroke: var(--elfe-quiet);
    stroke-dasharray: 2 2;
  }
  .unknown {
    fill: var(--elfe-quiet);
    opacity: 0.35;
  }
  .planned {
    fill: color-mix(in srgb, var(--elfe-plan) 45%, transparent);
    stroke: var(--elfe-plan);
  }
  .expected {
    fill: color-mix(in srgb, var(--elfe-plan) 25%, transparent);
  }
  .preview {
    fill: color-mix(in srgb, var(--elfe-plan) 15%, transparent);
    stroke: var(--elfe-text);
    stroke-width: 1.5;
    stroke-dasharray: 3 2;
  }
  .before {
    fill: color-mix(in srgb, var(--elfe-quiet) 7%, transparent);
  }
  .grid {
    fill: none;
    stroke: var(--divider-color, #e0e0e0);
    shape-rendering: crispEdges;
  }
  .now {
    fill: none;
    stroke: var(--elfe-text);
    stroke-width: 1.5;
    transform: translateX(var(--elfe-now, 0));
  }
  .mark {
    fill: none;
    stroke-width: 1.7;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .mark.confirmed {
    stroke: var(--elfe-ran);
  }
  .mark.failed {
    stroke: var(--elfe-fail);
  }
  .mark.doubtful,
  .mark.skipped {
    stroke: var(--elfe-text);
  }
  .mark.added {
    fill: var(--elfe-plan);
    stroke: none;
  }
  .mark.removed {
    stroke: var(--elfe-plan);
    stroke-width: 1.2;
  }
  .wish {
    fill: var(--elfe-quiet);
    stroke: var(--elfe-quiet);
    stroke-width: 1.2;
  }
  .wish.late {
    fill: var(--elfe-doubt);
    stroke: var(--elfe-doubt);
  }
`,Mn=[ut,G`
    :host {
      display: block;
      container-type: inline-size;
    }
    ha-card {
      overflow: hidden;
      height: 100%;
    }
    .card {
      padding: 12px 16px 16px;
      color: var(--elfe-text);
      font-size: 14px;
      line-height: 1.4;
    }
    .card.titled {
      padding-top: 0;
    }
    p,
    h3,
    ul {
      margin: 0;
    }
    button,
    input {
      font: inherit;
      color: inherit;
    }
    button {
      background: none;
      border: 0;
      padding: 0;
      cursor: pointer;
      text-align: start;
    }
    :focus-visible {
      outline: 2px solid var(--primary-color, #009ac7);
      outline-offset: 2px;
      border-radius: 6px;
    }
    ha-icon {
      --mdc-icon-size: 18px;
      display: inline-flex;
    }

    .health,
    .chips,
    .legend,
    .controls,
    .facts {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 6px 8px;
    }
    .health {
      padding-bottom: 8px;
    }
    .entry {
      display: inline-flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 6px;
    }
    .chip {
      display: inline-flex;
      align-items: center;
      gap: 4px;
      padding: 2px 10px 2px 6px;
      border-radius: 12px;
      font-size: 12px;
      background: color-mix(in srgb, var(--elfe-quiet) 12%, transparent);
    }
    .chip ha-icon {
      --mdc-icon-size: 16px;
    }
    .chip.well ha-icon {
      color: var(--elfe-ran);
    }
    .chip.wrong,
    .chip.late,
    .chip.away {
      background: color-mix(in srgb, var(--elfe-doubt) 25%, transparent);
    }
    .chip.new {
      background: color-mix(in srgb, var(--elfe-plan) 18%, transparent);
    }
    .notice,
    .shadow {
      padding: 10px 12px;
      margin-bottom: 8px;
      border-radius: 8px;
      background: color-mix(in srgb, var(--elfe-quiet) 12%, transparent);
    }
    .notice[role="alert"],
    .problem {
      background: color-mix(in srgb, var(--elfe-fail) 15%, transparent);
    }
    .shadow {
      display: flex;
      gap: 8px;
      border: 1px dashed var(--elfe-quiet);
    }

    .rows {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
    }
    .old .strip svg {
      opacity: 0.45;
    }
    .shadowed .ran,
    .shadowed .planned {
      fill-opacity: 0.3;
      stroke: var(--elfe-plan);
      stroke-dasharray: 3 2;
    }
    .home {
      font-size: 13px;
      font-weight: 500;
      color: var(--elfe-quiet);
      padding: 12px 0 2px;
    }
    .row {
      display: grid;
      grid-template-columns: subgrid;
      grid-column: 1 / -1;
      align-items: center;
      padding: 8px 0 4px;
      border-top: 1px solid var(--divider-color, #e0e0e0);
    }
    .axis {
      position: relative;
      height: 20px;
      font-size: 11px;
      color: var(--elfe-quiet);
      direction: ltr;
    }
    .tick,
    .here {
      position: absolute;
      bottom: 2px;
      transform: translateX(-50%);
      white-space: nowrap;
    }
    .tick.day {
      font-weight: 600;
      color: var(--elfe-text);
    }
    .here {
      left: var(--elfe-now, 0);
      padding: 0 6px;
      border-radius: 8px;
      color: var(--card-background-color, #fff);
      background: var(--elfe-text);
    }
    .info {
      display: flex;
      align-items: center;
      gap: 10px;
      min-width: 0;
    }
    .icon {
      --mdc-icon-size: 22px;
      flex: none;
      justify-content: center;
      align-items: center;
      width: 36px;
      height: 36px;
      border-radius: 50%;
      color: var(--elfe-quiet);
      background: color-mix(in srgb, var(--elfe-quiet) 12%, transparent);
    }
    .icon.on {
      color: var(--elfe-ran);
      background: color-mix(in srgb, var(--elfe-ran) 18%, transparent);
    }
    .about {
      flex: 1;
      min-width: 0;
      min-height: 44px;
    }
    .line {
      display: flex;
      flex-wrap: wrap;
      align-items: baseline;
      gap: 0 8px;
    }
    .name {
      font-weight: 500;
      overflow-wrap: anywhere;
    }
    .next {
      font-variant-numeric: tabular-nums;
    }
    .line :empty {
      display: none;
    }
    .watts,
    .why {
      color: var(--elfe-quiet);
    }
    .why {
      display: block;
      font-size: 13px;
    }
    .chips {
      margin-top: 4px;
    }
    .strip {
      direction: ltr;
      cursor: pointer;
      padding: 6px 0 4px;
      touch-action: manipulation;
      min-width: 0;
    }
    .selected {
      fill: color-mix(in srgb, var(--elfe-text) 10%, transparent);
      stroke: var(--elfe-text);
      opacity: 0;
    }
    .strip:focus-visible .selected,
    .open .selected {
      opacity: 1;
    }

    .pilot {
      flex: none;
      display: inline-flex;
      flex-direction: column;
      align-items: center;
      justify-content: center;
      min-width: 52px;
      min-height: 44px;
    }
    .caption {
      font-size: 11px;
      line-height: 14px;
      color: var(--elfe-quiet);
    }
    .track {
      width: 36px;
      height: 20px;
      border-radius: 10px;
      direction: ltr;
      background: color-mix(in srgb, var(--elfe-quiet) 60%, transparent);
      transition: background 0.15s;
    }
    .thumb {
      display: block;
      width: 16px;
      height: 16px;
      margin: 2px;
      border-radius: 50%;
      background: #fff;
      transition: transform 0.15s;
    }
    .pilot[aria-checked="true"] .track {
      background: var(--elfe-plan);
    }
    .pilot[aria-checked="true"] .thumb {
      transform: translateX(16px);
    }
    .pilot.working {
      opacity: 0.6;
      cursor: progress;
    }

    .detail {
      grid-column: 1 / -1;
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      gap: 4px 8px;
      padding: 10px 12px 12px;
      margin: 4px 0 8px;
      border-radius: 10px;
      background: color-mix(in srgb, var(--elfe-quiet) 8%, transparent);
    }
    .detail > :not(.told, .close) {
      grid-column: 1 / -1;
    }
    .what {
      font-variant-numeric: tabular-nums;
    }
    .state::before {
      content: "· ";
    }
    .facts {
      color: var(--elfe-quiet);
      font-size: 13px;
      gap: 2px 14px;
    }
    .close {
      width: 44px;
      height: 44px;
      margin: -8px -10px 0 0;
      display: inline-flex;
      align-items: center;
      justify-content: center;
    }
    .controls {
      padding-top: 6px;
    }
    .do {
      display: inline-flex;
      align-items: center;
      gap: 6px;
      min-height: 44px;
      padding: 0 14px;
      border-radius: 22px;
      border: 1px solid color-mix(in srgb, var(--elfe-quiet) 50%, transparent);
      background: var(--card-background-color, #fff);
    }
    .do.main {
      color: var(--text-primary-color, #fff);
      background: var(--elfe-plan);
      border-color: transparent;
    }
    .do:disabled {
      opacity: 0.5;
      cursor: default;
    }
    .deadline,
    .deadline label {
      display: inline-flex;
      align-items: center;
      gap: 8px;
    }
    .deadline input {
      min-height: 42px;
      padding: 0 10px;
      border-radius: 10px;
      border: 1px solid color-mix(in srgb, var(--elfe-quiet) 50%, transparent);
      background: var(--card-background-color, #fff);
    }
    .asked,
    .problem {
      grid-column: 1 / -1;
      font-size: 13px;
    }
    .asked:empty {
      display: none;
    }
    .asked {
      color: var(--elfe-quiet);
    }
    .problem {
      padding: 8px 12px;
      border-radius: 8px;
    }
    .would.late {
      font-weight: 500;
    }
    .note {
      color: var(--elfe-quiet);
      font-size: 13px;
    }
    .legend {
      list-style: none;
      padding: 12px 0 0;
      gap: 2px 14px;
      font-size: 12px;
      color: var(--elfe-quiet);
    }
    .legend li {
      display: inline-flex;
      /* Samples stand on the line, as they do in a strip. */
      align-items: flex-end;
      line-height: 18px;
      gap: 6px;
    }

    @container (min-width: 760px) {
      .rows {
        grid-template-columns: minmax(280px, 36%) minmax(0, 1fr);
        column-gap: 16px;
      }
      .axis {
        grid-column: 2;
      }
      .home {
        grid-column: 1 / -1;
      }
    }
    @media (prefers-reduced-motion: reduce) {
      * {
        transition: none !important;
      }
    }
  `];var er=2e4,tr=4e3,nr=12e4,pt=class extends O{constructor(){super(...arguments);this.ticks=[];this.width=0;this.rows=new Map;this.collator=new Intl.Collator;this.askings=new Map;this.order=[];this.sizes=new ResizeObserver(()=>this.measure())}static{this.styles=Mn}static{this.getConfigForm=En}static getStubConfig(){return{}}setConfig(t){this.config=dt(t),this.frame=void 0,this.listen(),this.requestUpdate()}set hass(t){let i=this._hass;this._hass=t;let r=this.config?.entities!==void 0&&i?.entities!==t.entities;(i?.connection!==t.connection||r)&&this.listen(),i?.localize!==t.localize&&Te(t,()=>this.redraw());let s=this.config?.areas!==void 0;(i?.locale!==t.locale||i.localize!==t.localize||s&&(i.entities!==t.entities||i.devices!==t.devices))&&this.redraw()}redraw(){this.frame=void 0,this.requestUpdate()}getCardSize(){return 2+Math.max(1,this.order.length)*2}getGridOptions(){return{columns:"full",min_columns:6,rows:"auto"}}connectedCallback(){super.connectedCallback(),this.listen(),this.timer=setInterval(()=>this.tick(),er)}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.timer),this.sizes.disconnect(),this.observed=void 0,this.feed?.close(),this.feed=void 0}listen(){let{_hass:t,config:i,feed:r}=this;if(!t||!i||!this.isConnected)return;let s=i.homes?.length===1?i.homes[0]:void 0,o=i.entities?.map(a=>K(t,a)??a),l={hours_back:i.hours_back??Le,...i.config_entry_id?{config_entry_id:i.config_entry_id}:{},...s?{home:s}:{},...o?.length?{entity_ids:o}:{}};r?.isOf(t.connection,l)||(r?.close(),this.feed=new Q(t.connection,l,()=>this.requestUpdate()))}tick(){!this.feed||!this._hass||document.hidden||this.requestUpdate()}measure(){let t=this.renderRoot.querySelector(".axis")?.offsetWidth??0;t&&t!==this.width&&(this.width=t,this.frame=void 0,this.requestUpdate())}framed(t,i){let{config:r}=this,s=i.now(),o=Ae(s,r?.hours_back??Le,r?.hours_ahead??lt),l=this.frame;if(l&&l.span.start===o.start&&l.hass.localize===t.localize)return l;this.collator=new Intl.Collator(t.locale.language,{numeric:!0});let a=Oe(t,s);return this.ticks=this.width?xn(o,this.width,a.clock):[],this.frame={hass:t,span:o,width:this.width,ticks:this.ticks.map(d=>d.x),teller:a},this.rows.clear(),this.frame}shown(t,i){let{homes:r,areas:s,kinds:o,entities:l}=this.config??{},a=[...i.appliances.values()].filter(u=>(u.mode!=="not_piloted"||l?.length)&&(!r?.length||r.includes(u.home))&&(!o?.length||o.includes(u.kind??""))&&(!s?.length||s.includes(An(t,u)??""))),{compare:d}=this.collator;if(a.sort((u,h)=>d(u.home,h.home)||d(u.name,h.name)),!l?.length)return a;let p=new Map(l.map((u,h)=>[K(t,u)??u,h])),c=u=>p.get(u.entity_id??"")??l.length;return a.sort((u,h)=>c(u)-c(h))}rowOf(t,i){let r=this.rows.get(t.id);if(r?.appliance===t)return r;if(r&&Zt(r.appliance,t)){let d={...r,appliance:t};return this.rows.set(t.id,d),d}let s=r!==void 0&&r.appliance.past===t.past,o=Se(t,i.span,s?r.slots:void 0),l=r&&Yt(r.slots,o)?r.drawing:He(o,i.width),a={appliance:t,slots:o,drawing:l};return this.rows.set(t.id,a),a}render(){let{config:t,_hass:i,feed:r}=this;return!t||!i?m:f`<ha-card .header=${t.title}>
      <div class="card ${t.title?"titled":""}">${r?this.content(t,i,r):m}</div>
    </ha-card>`}content(t,i,r){let s=this.framed(i,r),{word:o}=s.teller,l=this.shown(i,r),a=l.map(y=>this.rowOf(y,s));this.order=l.map(y=>y.id),(this.current===void 0||!this.order.includes(this.current))&&(this.current=this.order[0],this.at=void 0),this.open!==void 0&&!this.order.includes(this.open)&&(this.open=void 0);let d=new Set(l.map(D)),p=Object.fromEntries(Object.entries(r.health).filter(([y])=>!l.length||d.has(y))),c=Object.values(p).some(y=>y.shadow),u=this.notice(r,d,s.teller),h=new Set(l.map(y=>y.home)).size>1,g=(r.now()-s.span.start)/900/s.span.count*s.width;return f`
      ${t.health===!1||r.state!=="ready"?m:Cn(i,p,r.now(),o)}
      ${c?f`<p class="shadow" role="note"><ha-icon icon="mdi:ghost-outline" aria-hidden="true"></ha-icon>${o("shadow")}</p>`:m}
      ${u}
      <p id="help" hidden>${o("strip_help")}</p>
      <div
        class="rows ${r.state==="ready"?"":"old"} ${c?"shadowed":""}"
        style="--elfe-now:${g}px"
        aria-busy=${r.state==="loading"}
      >
        ${$n(this.ticks,s.width,g,o)}
        ${jt(a,({appliance:y})=>y.id,(y,v)=>{let{id:_,home:k}=y.appliance,x={index:this.current===_?this.indexIn(s.span):s.span.present,current:this.current===_,open:this.open===_,asking:this.askings.get(_),old:D(y.appliance)in r.away},ce=h&&k!==a[v-1]?.appliance.home?k:"";return f`${ce?f`<h3 class="home">${ce}</h3>`:m}${xe([y,s,x.index,x.current,x.open,x.asking,x.old],()=>On(this,s,y,x))}`})}
      </div>
      ${t.legend===!1||!a.length?m:kn(ir(a),o)}
    `}notice(t,i,{word:r,clock:s}){let o=(p,c="status")=>f`<p class="notice" role=${c}>${p}</p>`,l=X(t,r,s);if(l)return o(l,t.state==="failed"?"alert":"status");let a=([p,{state:c}])=>!i.size||i.has(p)||!this.filtered()&&c!=="disabled",d=Object.entries(t.away).filter(a);return d.length?f`${d.map(([p])=>o(le(t,p,r)))}`:i.size?m:o(r(t.appliances.size||this.filtered()?"empty_filtered":"empty"))}filtered(){let{entities:t,homes:i,areas:r,kinds:s,config_entry_id:o}=this.config??{};return[t,i,r,s].some(l=>l?.length)||o!==void 0}updated(){let t=this.renderRoot.querySelector(".axis")??void 0;t&&t!==this.observed&&(this.sizes.disconnect(),this.sizes.observe(t),this.observed=t),this.width||this.measure()}now(){return this.feed?.now()??Date.now()/1e3}select(t,i,r){let s=this.frame?.span;this.current=t,this.at=!s||i===s.present?void 0:s.start+i*900,(r||this.open!==void 0)&&(this.open=t),this.requestUpdate()}indexIn({start:t,present:i,count:r}){return this.at===void 0?i:Math.max(0,Math.min(r-1,(this.at-t)/900))}close(){let t=this.open;this.open=void 0,this.requestUpdate(),t&&this.focusOn(t)}async focusOn(t){await this.updateComplete,this.renderRoot.querySelector(`[data-id="${CSS.escape(t)}"] .strip`)?.focus()}key(t,i){let{span:r}=this.frame??{};if(!r)return;let s=r.count-1,o=this.order.indexOf(i),l=t.shiftKey?4:1,a=this.current===i?this.indexIn(r):r.present,d=i;switch(t.key){case"ArrowRight":a+=l;break;case"ArrowLeft":a-=l;break;case"PageUp":a+=4;break;case"PageDown":a-=4;break;case"ArrowDown":d=this.order[o+1]??i;break;case"ArrowUp":d=this.order[o-1]??i;break;case"Home":a=0;break;case"End":a=s;break;case"Enter":case" ":return t.preventDefault(),this.open===i&&t.key===" "?this.close():this.select(i,a,!0);case"Escape":return this.open===void 0?void 0:(t.preventDefault(),this.close());default:return}t.preventDefault(),this.select(d,Math.max(0,Math.min(s,a)),!1),d!==i&&this.focusOn(d)}ask(t,i){this.isUnheard(t,i)||(i.what==="start"||i.what==="deadline"?this.check(t,i):this.carryOut(t,i))}confirm(t){let i=this.askings.get(t);i&&(this.isUnheard(t,i.wish)||this.carryOut(t,i.wish),this.focusOn(t))}isUnheard(t,i){let{feed:r,frame:s}=this,o=r?.appliances.get(t);if(!r||!s||!o)return!0;let l=X(r,s.teller.word,s.teller.clock,o);return l&&this.fail(t,i,l),l!==""}cancel(t){this.become(t,void 0),this.focusOn(t)}async check(t,i){let{_hass:r,frame:s}=this,o=this.feed?.appliances.get(t);if(!r||!s||!o)return;let l=this.become(t,{step:"checking",wish:i}),a=await yn(r,o,i,s.teller.word);if(this.askings.get(t)===l){if(a===null)return this.carryOut(t,i);"problem"in a?this.fail(t,i,a.problem):(this.become(t,{step:"confirm",wish:i,simulation:a}),await this.updateComplete,this.renderRoot.querySelector(".confirm .main")?.focus())}}async carryOut(t,i){let{_hass:r,frame:s}=this,o=this.feed?.appliances.get(t);if(!r||!s||!o)return;let l=this.become(t,{step:"working",wish:i}),a=await mn(r,o,i,s.teller.word);this.askings.get(t)===l&&(a?this.fail(t,i,a):this.forget(t,this.become(t,{step:"done",wish:i}),tr))}fail(t,i,r){this.forget(t,this.become(t,{step:"problem",wish:i,problem:r}),nr)}forget(t,i,r){setTimeout(()=>{this.askings.get(t)===i&&this.become(t,void 0)},r)}become(t,i){return i?this.askings.set(t,i):this.askings.delete(t),this.requestUpdate(),i}};function ir(n){let e=new Set;for(let{appliance:t,drawing:i}of n){for(let[r]of i.states)e.add(r);for(let[r]of i.marks)e.add(r==="removed"?"added":r);t.wished_end&&e.add("wish")}return e}R(Pe,pt);un({type:Pe,get name(){return`ELFE Commande: ${M(S())("card_name")}`},get description(){return M(S())("card_description")},preview:!0,documentationURL:ln,getEntitySuggestion:Sn});var mt="elfe-next-run",rr=24,sr=6e4,ht=class extends O{static{this.styles=[ut,G`
      .next {
        display: flex;
        flex-direction: column;
        justify-content: center;
        gap: 3px;
        box-sizing: border-box;
        height: var(--feature-height, 42px);
        padding: 2px 10px 4px;
        border-radius: var(--feature-border-radius, 12px);
        background: color-mix(in srgb, var(--elfe-quiet) 10%, transparent);
        color: var(--elfe-text);
        font-size: 13px;
        line-height: 18px;
      }
      .text {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-variant-numeric: tabular-nums;
      }
      svg {
        width: 100%;
        height: 10px;
      }
      .old svg {
        opacity: 0.45;
      }
      .base {
        fill: color-mix(in srgb, var(--elfe-quiet) 25%, transparent);
      }
      .planned,
      .missed,
      .ghost {
        stroke: none;
        fill: var(--elfe-plan);
      }
      .ghost {
        fill: var(--elfe-quiet);
      }
    `]}static getStubConfig(){return{type:`custom:${mt}`}}setConfig(){}set hass(e){let t=this._hass;this._hass=e,(t?.connection!==e.connection||t.entities!==e.entities)&&this.listen(),t?.localize!==e.localize&&Te(e,()=>this.requestUpdate()),(t?.locale!==e.locale||t.localize!==e.localize)&&this.requestUpdate()}set context(e){e?.entity_id!==this.entityId&&(this.entityId=e?.entity_id,this.listen())}connectedCallback(){super.connectedCallback(),this.listen(),this.timer=setInterval(()=>document.hidden||this.requestUpdate(),sr)}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.timer),this.feed?.close(),this.feed=void 0}listen(){let{_hass:e,entityId:t,feed:i}=this,r={entity_ids:[(e&&K(e,t??""))??t??""],hours_back:0};e&&i?.isOf(e.connection,r)||(i?.close(),this.feed=void 0,!(!e||!t||!this.isConnected)&&(this.feed=new Q(e.connection,r,()=>this.requestUpdate())))}render(){let{feed:e,_hass:t}=this;if(!e||!t)return m;let i=Oe(t,e.now()),{word:r,clock:s,now:o}=i,[l]=e.appliances.values();if(!l){let[h]=Object.keys(e.away),g=X(e,r,s)||h&&le(e,h,r)||r("empty");return f`<div class="next"><span class="text" title=${g}>${g}</span></div>`}let a=Ae(o,0,rr),d=Se(l,a),p=X(e,r,s,l),c=V(l.decision.sentence,i),u=p||ct(l,i)||c||r("no_run");return f`<div class="next ${p?"old":""}">
      <span class="text" title=${p||c||u}>${u}</span>
      <svg viewBox="0 0 ${a.count} 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <rect class="base" y="3" width=${a.count} height="4" rx="0.5"></rect>
        ${Ee(d).map(h=>A`<rect class=${h.state} x=${h.from} y="1" width=${h.to-h.from} height="8"></rect>`)}
      </svg>
    </div>`}};R(mt,ht);pn({type:mt,get name(){return`ELFE Commande: ${M(S())("feature_name")}`},isSupported:(n,{entity_id:e})=>e!==void 0&&K(n,e)!==void 0});var or="custom:elfe-plan-card",ar=6,lr=12,dr=12,cr=100,ur=["net_power","surplus","energy_taken","energy_given","meter_connection"],pr=["ups_status","ups_on_battery","ups_charge","ups_input_voltage"],hr=["planner_state","planned_cost_today","planned_cost_tomorrow","planned_sun_today","planned_savings_today","plan_now"],mr=["lifecycle","device_connection","ems_connection","run_cycle"],ze=class{constructor(e){this.byDevice=new Map;for(let t of Object.values(e)){if(t?.platform!==b||!t.device_id||fr(t))continue;let i=this.byDevice.get(t.device_id);i?i.push(t):this.byDevice.set(t.device_id,[t])}}of(e,t){return(e===null?void 0:this.byDevice.get(e))?.find(r=>r.translation_key===t)?.entity_id}all(e,t){return t.map(i=>this.of(e,i)).filter(i=>i!==void 0)}};function fr(n){return n.hidden===!0}function Rn({entries:n,away:e},t,i,r={}){let s=r.config_entry_ids,o=u=>!s?.length||s.includes(u),l=n.filter(u=>o(u.entry_id)),a=l.flatMap(u=>gr(u,i)),d=Object.entries(e).filter(([u,{state:h}])=>o(u)&&!(a.length&&h==="disabled"));!a.length&&!d.length&&a.push(De(i("empty"))),a.unshift(...d.map(([,{state:u,title:h}])=>De(i(`away_${u}`,{entry:h}))));let p=[...yr(r.also??[]),...l.flatMap(u=>_r(u,t,i)),...l.flatMap(u=>br(u,t,i,l.length>1))];a.push(...wr(l,t,i,r.hours_to_show??6),...vr(l,t,i));let c=[{type:"grid",column_span:2,cards:a}];return p.length&&c.push({type:"grid",cards:p}),{type:"sections",max_columns:3,sections:c}}function Ue(n){return{type:"sections",max_columns:3,sections:[{type:"grid",cards:[De(n("absent"))]}]}}function Hn(n,e,t){let i=e===void 0?n?.title:Pn(n,e,t);return[de(i??t("appliances"),"mdi:home-outline"),ft(n,e)]}function ft(n,e,t={}){return{type:or,...n&&{config_entry_id:n.entry_id},...e!==void 0&&{homes:[e]},...t,grid_options:{columns:"full"}}}function gr(n,e){return n.equipments.length?n.homes.length>ar?[de(n.title,"mdi:home-group"),ft(n,void 0)]:n.homes.flatMap((t,i)=>[de(Pn(n,t,e),"mdi:home-outline"),ft(n,t,i?{health:!1,legend:!1}:{})]):[]}function Pn(n,e,t){return n?.local?e:t("home",{home:e})}function yr(n){return n.flatMap(e=>[...e.heading?[de(e.heading,e.icon??"mdi:information-outline")]:[],...e.text?[De(e.text)]:[],...(e.entities??[]).map(t=>Nn(t))])}function _r(n,e,t){let i=l=>(n.devices??[]).filter(a=>a.kind===l),r=(l,a,d)=>l.flatMap(({device_id:p})=>e.all(p,a).map(c=>Nn(c,d))),s={name:{type:"device"}},o=r(i("screen").slice(0,lr),["screen_connection"],s);return[...i("planner").flatMap(l=>H(t("planner"),"mdi:calendar-clock",Ne(e.all(l.device_id,hr)))),...i("meter").flatMap(l=>H(l.name??"","mdi:meter-electric",Ne(e.all(l.device_id,ur)))),...i("ups").flatMap(l=>H(l.name??"","mdi:power-plug-battery",Ne(e.all(l.device_id,pr)))),...H(t("rules"),"mdi:solar-power",[...r(i("surplus_rule"),["rule_reason"],{...s,grid_options:qe})]),...H(t("plan_sources"),"mdi:calendar-import",r(i("plan_source"),["plan_source"],s)),...H(t("screens"),"mdi:tablet-dashboard",o),...H(t("panels"),"mdi:gesture-tap-button",r(i("panel"),["panel_last_press"],s))]}function wr(n,e,t,i){let r=n.flatMap(a=>(a.devices??[]).filter(d=>d.kind==="meter").map(({device_id:d})=>({entity:e.of(d,"net_power")}))),s=new Set(n.flatMap(a=>a.homes)).size>1,o=n.flatMap(a=>a.equipments.map(d=>({entity:e.of(d.device_id,"load_power"),name:s?`${d.name} ${d.home}`:d.name}))),l=[...r,...o].filter(a=>a.entity!==void 0);return l.length?H(t("power"),"mdi:flash",[{type:"history-graph",entities:l.slice(0,dr),hours_to_show:i,grid_options:qe}]):[]}function br(n,e,t,i){let r=(n.devices??[]).find(o=>o.kind==="hub")?.device_id??null,s=i?t("health_of",{entry:n.title}):t("health");return H(s,"mdi:heart-pulse",Ne(e.all(r,mr)))}function vr(n,e,t){let i=n.flatMap(r=>r.equipments.map(s=>e.of(s.device_id,"pilot"))).filter(r=>r!==void 0);return i.length?H(t("record"),"mdi:history",[{type:"logbook",target:{entity_id:i.slice(0,cr)},hours_to_show:12,grid_options:{columns:"full",rows:8}}]):[]}var qe={columns:"full"},Ln={type:"entity"};function H(n,e,t){return t.length?[de(n,e),...t]:[]}function de(n,e){return{type:"heading",heading:n,icon:e}}function De(n){return{type:"markdown",content:n,grid_options:qe}}function Ne(n){return n.length?[{type:"entities",entities:n.map(t=>({entity:t,name:Ln})),state_color:!0,show_header_toggle:!1,grid_options:qe}]:[]}function Nn(n,e={}){return{type:"tile",entity:n,name:Ln,grid_options:{columns:6},...e}}async function Ie(n){try{let{entries:e,away:t={}}=await n.callWS({type:`${b}/overview`});return{entries:e,away:t}}catch(e){if(e?.code==="unknown_command")return;throw e}}var zn=new WeakMap;function Dn(n){let e=zn.get(n.entities);if(!e){let t=Object.values(n.entities).filter(i=>i?.platform===b);e={shape:t.map(i=>`${i.entity_id} ${i.device_id} ${i.hidden}`).sort().join(`
`),hubs:t.filter(i=>i.translation_key==="lifecycle").map(i=>i.entity_id)},zn.set(n.entities,e)}return e}function We(n,e){if(n.config.state!==e.config.state||n.locale.language!==e.locale.language)return!0;let t=Dn(e);return n.entities!==e.entities&&Dn(n).shape!==t.shape?!0:t.hubs.some(i=>!Un(n,i)&&Un(e,i))}function Un(n,e){let t=n.states[e]?.state;return t!==void 0&&t!=="unavailable"}var qn={name:"ELFE Commande",description:"Writes itself from what there is: homes with their plans, sun, meters, UPS, rules, screens.",section_name:"Plan of a home",section_description:"The appliances of a home with their plan, and one tap to take over.",view:"Appliances",home:"Home {home}",appliances:"Appliances",planner:"Plan and cost",plan_sources:"Where plans come from",power:"Power",rules:"Surplus rules",screens:"Wall screens",panels:"Panels",health:"Health",health_of:"Health of {entry}",record:"What happened",absent:"ELFE Commande does not run in this Home Assistant at the moment. This page writes itself as soon as it does.",empty:"There is no appliance yet, or you may not see any. Appliances are added in *Settings → Devices & services → ELFE Commande*."},xr={name:"ELFE Commande",description:"S’écrit de lui-même d’après ce qui existe : foyers et leurs plans, soleil, compteurs, onduleur, règles, écrans.",section_name:"Plan d’un foyer",section_description:"Les appareils d’un foyer avec leur plan, et un geste pour reprendre la main.",view:"Appareils",home:"Foyer {home}",appliances:"Appareils",planner:"Plan et coût",plan_sources:"D’où viennent les plans",power:"Puissance",rules:"Règles de surplus",screens:"Écrans muraux",panels:"Panneaux",health:"État de marche",health_of:"État de marche de {entry}",record:"Ce qui s’est passé",absent:"ELFE Commande ne fonctionne pas dans ce Home Assistant en ce moment. Cette page s’écrira d’elle-même dès qu’il fonctionnera.",empty:"Il n’y a pas encore d’appareil, ou vous ne pouvez en voir aucun. On en ajoute dans *Paramètres → Appareils et services → ELFE Commande*."},$r={en:qn,fr:xr};function T(n){let e=$r[n.split("-")[0]??""]??qn,t=M(n);return(i,r)=>e[i]?.replace(/\{(\w+)\}/g,(s,o)=>r?.[o]??s)??t(i,r)}var q="elfe-commande",gt=class extends HTMLElement{static async generate(e,t){let i=T(t.locale.language),r=await Ie(t);return r?Rn(r,new ze(t.entities),i,e):Ue(i)}static shouldRegenerate(e,t,i){return We(t,i)}};R(`ll-strategy-view-${q}`,gt);var In="mdi:home-lightning-bolt",_t="https://github.com/elfe-commande/elfe-commande/blob/main/docs/dashboards.md",yt=class extends HTMLElement{static{this.registryDependencies=[]}static generate(e,t){let i=T(t.locale.language)("view"),r={...e,type:`custom:${q}`};return Promise.resolve({views:[{title:i,path:"appliances",icon:In,strategy:r}]})}static shouldRegenerate(e,t,i){return t.locale.language!==i.locale.language}static getCreateSuggestions(e){return{title:T(e.locale.language)("view"),icon:In}}};R(`ll-strategy-dashboard-${q}`,yt);Me({type:q,strategyType:"dashboard",documentationURL:_t,get name(){return T(S())("name")},get description(){return T(S())("description")}});var wt=class extends HTMLElement{static async generate(e,t){let i=T(t.locale.language),r=await Ie(t);if(!r)return{type:"grid",cards:Ue(i).sections[0].cards};let{entries:s}=r,{config_entry_id:o,home:l}=e,a=s.find(h=>(o===void 0||h.entry_id===o)&&(l===void 0||h.homes.includes(l))),d=s.length===1&&a?.homes.length===1?a.homes[0]:void 0,p=o!==void 0||l!==void 0||d!==void 0,c=o===void 0?void 0:r.away[o],u=a??(c&&{entry_id:o,title:c.title});return{type:"grid",cards:Hn(p?u:void 0,l??d,i)}}static shouldRegenerate(e,t,i){return We(t,i)}static getStubConfig(){return{}}};R(`ll-strategy-section-${q}`,wt);Me({type:q,strategyType:"section",documentationURL:_t,get name(){return T(S())("section_name")},get description(){return T(S())("section_description")}});
/*! Bundled license information:

@lit/reactive-element/css-tag.js:
  (**
   * @license
   * Copyright 2019 Google LLC
   * SPDX-License-Identifier: BSD-3-Clause
   *)

@lit/reactive-element/reactive-element.js:
lit-html/lit-html.js:
lit-element/lit-element.js:
lit-html/directive.js:
lit-html/directives/repeat.js:
  (**
   * @license
   * Copyright 2017 Google LLC
   * SPDX-License-Identifier: BSD-3-Clause
   *)

lit-html/is-server.js:
  (**
   * @license
   * Copyright 2022 Google LLC
   * SPDX-License-Identifier: BSD-3-Clause
   *)

lit-html/directives/guard.js:
  (**
   * @license
   * Copyright 2018 Google LLC
   * SPDX-License-Identifier: BSD-3-Clause
   *)

lit-html/directive-helpers.js:
  (**
   * @license
   * Copyright 2020 Google LLC
   * SPDX-License-Identifier: BSD-3-Clause
   *)
*/
