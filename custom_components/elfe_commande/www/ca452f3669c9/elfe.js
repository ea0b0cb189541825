var pe=globalThis,he=pe.ShadowRoot&&(pe.ShadyCSS===void 0||pe.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,Ve=Symbol(),bt=new WeakMap,ee=class{constructor(e,t,n){if(this._$cssResult$=!0,n!==Ve)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=e,this.t=t}get styleSheet(){let e=this.o,t=this.t;if(he&&e===void 0){let n=t!==void 0&&t.length===1;n&&(e=bt.get(t)),e===void 0&&((this.o=e=new CSSStyleSheet).replaceSync(this.cssText),n&&bt.set(t,e))}return e}toString(){return this.cssText}},vt=i=>new ee(typeof i=="string"?i:i+"",void 0,Ve),G=(i,...e)=>{let t=i.length===1?i[0]:e.reduce((n,r,s)=>n+(o=>{if(o._$cssResult$===!0)return o.cssText;if(typeof o=="number")return o;throw Error("Value passed to 'css' function must be a 'css' function result: "+o+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(r)+i[s+1],i[0]);return new ee(t,i,Ve)},xt=(i,e)=>{if(he)i.adoptedStyleSheets=e.map(t=>t instanceof CSSStyleSheet?t:t.styleSheet);else for(let t of e){let n=document.createElement("style"),r=pe.litNonce;r!==void 0&&n.setAttribute("nonce",r),n.textContent=t.cssText,i.appendChild(n)}},Ke=he?i=>i:i=>i instanceof CSSStyleSheet?(e=>{let t="";for(let n of e.cssRules)t+=n.cssText;return vt(t)})(i):i;var{is:Wn,defineProperty:Fn,getOwnPropertyDescriptor:Bn,getOwnPropertyNames:jn,getOwnPropertySymbols:Vn,getPrototypeOf:Kn}=Object,me=globalThis,$t=me.trustedTypes,Gn=$t?$t.emptyScript:"",Zn=me.reactiveElementPolyfillSupport,te=(i,e)=>i,Ge={toAttribute(i,e){switch(e){case Boolean:i=i?Gn:null;break;case Object:case Array:i=i==null?i:JSON.stringify(i)}return i},fromAttribute(i,e){let t=i;switch(e){case Boolean:t=i!==null;break;case Number:t=i===null?null:Number(i);break;case Object:case Array:try{t=JSON.parse(i)}catch{t=null}}return t}},At=(i,e)=>!Wn(i,e),kt={attribute:!0,type:String,converter:Ge,reflect:!1,useDefault:!1,hasChanged:At};Symbol.metadata??=Symbol("metadata"),me.litPropertyMetadata??=new WeakMap;var P=class extends HTMLElement{static addInitializer(e){this._$Ei(),(this.l??=[]).push(e)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(e,t=kt){if(t.state&&(t.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(e)&&((t=Object.create(t)).wrapped=!0),this.elementProperties.set(e,t),!t.noAccessor){let n=Symbol(),r=this.getPropertyDescriptor(e,n,t);r!==void 0&&Fn(this.prototype,e,r)}}static getPropertyDescriptor(e,t,n){let{get:r,set:s}=Bn(this.prototype,e)??{get(){return this[t]},set(o){this[t]=o}};return{get:r,set(o){let l=r?.call(this);s?.call(this,o),this.requestUpdate(e,l,n)},configurable:!0,enumerable:!0}}static getPropertyOptions(e){return this.elementProperties.get(e)??kt}static _$Ei(){if(this.hasOwnProperty(te("elementProperties")))return;let e=Kn(this);e.finalize(),e.l!==void 0&&(this.l=[...e.l]),this.elementProperties=new Map(e.elementProperties)}static finalize(){if(this.hasOwnProperty(te("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(te("properties"))){let t=this.properties,n=[...jn(t),...Vn(t)];for(let r of n)this.createProperty(r,t[r])}let e=this[Symbol.metadata];if(e!==null){let t=litPropertyMetadata.get(e);if(t!==void 0)for(let[n,r]of t)this.elementProperties.set(n,r)}this._$Eh=new Map;for(let[t,n]of this.elementProperties){let r=this._$Eu(t,n);r!==void 0&&this._$Eh.set(r,t)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(e){let t=[];if(Array.isArray(e)){let n=new Set(e.flat(1/0).reverse());for(let r of n)t.unshift(Ke(r))}else e!==void 0&&t.push(Ke(e));return t}static _$Eu(e,t){let n=t.attribute;return n===!1?void 0:typeof n=="string"?n:typeof e=="string"?e.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(e=>this.enableUpdating=e),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(e=>e(this))}addController(e){(this._$EO??=new Set).add(e),this.renderRoot!==void 0&&this.isConnected&&e.hostConnected?.()}removeController(e){this._$EO?.delete(e)}_$E_(){let e=new Map,t=this.constructor.elementProperties;for(let n of t.keys())this.hasOwnProperty(n)&&(e.set(n,this[n]),delete this[n]);e.size>0&&(this._$Ep=e)}createRenderRoot(){let e=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return xt(e,this.constructor.elementStyles),e}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(e=>e.hostConnected?.())}enableUpdating(e){}disconnectedCallback(){this._$EO?.forEach(e=>e.hostDisconnected?.())}attributeChangedCallback(e,t,n){this._$AK(e,n)}_$ET(e,t){let n=this.constructor.elementProperties.get(e),r=this.constructor._$Eu(e,n);if(r!==void 0&&n.reflect===!0){let s=(n.converter?.toAttribute!==void 0?n.converter:Ge).toAttribute(t,n.type);this._$Em=e,s==null?this.removeAttribute(r):this.setAttribute(r,s),this._$Em=null}}_$AK(e,t){let n=this.constructor,r=n._$Eh.get(e);if(r!==void 0&&this._$Em!==r){let s=n.getPropertyOptions(r),o=typeof s.converter=="function"?{fromAttribute:s.converter}:s.converter?.fromAttribute!==void 0?s.converter:Ge;this._$Em=r;let l=o.fromAttribute(t,s.type);this[r]=l??this._$Ej?.get(r)??l,this._$Em=null}}requestUpdate(e,t,n,r=!1,s){if(e!==void 0){let o=this.constructor;if(r===!1&&(s=this[e]),n??=o.getPropertyOptions(e),!((n.hasChanged??At)(s,t)||n.useDefault&&n.reflect&&s===this._$Ej?.get(e)&&!this.hasAttribute(o._$Eu(e,n))))return;this.C(e,t,n)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(e,t,{useDefault:n,reflect:r,wrapped:s},o){n&&!(this._$Ej??=new Map).has(e)&&(this._$Ej.set(e,o??t??this[e]),s!==!0||o!==void 0)||(this._$AL.has(e)||(this.hasUpdated||n||(t=void 0),this._$AL.set(e,t)),r===!0&&this._$Em!==e&&(this._$Eq??=new Set).add(e))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(t){Promise.reject(t)}let e=this.scheduleUpdate();return e!=null&&await e,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[r,s]of this._$Ep)this[r]=s;this._$Ep=void 0}let n=this.constructor.elementProperties;if(n.size>0)for(let[r,s]of n){let{wrapped:o}=s,l=this[r];o!==!0||this._$AL.has(r)||l===void 0||this.C(r,void 0,s,l)}}let e=!1,t=this._$AL;try{e=this.shouldUpdate(t),e?(this.willUpdate(t),this._$EO?.forEach(n=>n.hostUpdate?.()),this.update(t)):this._$EM()}catch(n){throw e=!1,this._$EM(),n}e&&this._$AE(t)}willUpdate(e){}_$AE(e){this._$EO?.forEach(t=>t.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(e)),this.updated(e)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(e){return!0}update(e){this._$Eq&&=this._$Eq.forEach(t=>this._$ET(t,this[t])),this._$EM()}updated(e){}firstUpdated(e){}};P.elementStyles=[],P.shadowRootOptions={mode:"open"},P[te("elementProperties")]=new Map,P[te("finalized")]=new Map,Zn?.({ReactiveElement:P}),(me.reactiveElementVersions??=[]).push("2.1.2");var Ye=globalThis,St=i=>i,fe=Ye.trustedTypes,Et=fe?fe.createPolicy("lit-html",{createHTML:i=>i}):void 0,Je="$lit$",L=`lit$${Math.random().toFixed(9).slice(2)}$`,Qe="?"+L,Yn=`<${Qe}>`,F=document,ie=()=>F.createComment(""),re=i=>i===null||typeof i!="object"&&typeof i!="function",Xe=Array.isArray,Ht=i=>Xe(i)||typeof i?.[Symbol.iterator]=="function",Ze=`[ 	
\f\r]`,ne=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,Ct=/-->/g,Tt=/>/g,I=RegExp(`>|${Ze}(?:([^\\s"'>=/]+)(${Ze}*=${Ze}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),Ot=/'/g,Mt=/"/g,Pt=/^(?:script|style|textarea|title)$/i,et=i=>(e,...t)=>({_$litType$:i,strings:e,values:t}),f=et(1),A=et(2),Cr=et(3),E=Symbol.for("lit-noChange"),m=Symbol.for("lit-nothing"),Rt=new WeakMap,W=F.createTreeWalker(F,129);function Lt(i,e){if(!Xe(i)||!i.hasOwnProperty("raw"))throw Error("invalid template strings array");return Et!==void 0?Et.createHTML(e):e}var Nt=(i,e)=>{let t=i.length-1,n=[],r,s=e===2?"<svg>":e===3?"<math>":"",o=ne;for(let l=0;l<t;l++){let a=i[l],d,p,c=-1,u=0;for(;u<a.length&&(o.lastIndex=u,p=o.exec(a),p!==null);)u=o.lastIndex,o===ne?p[1]==="!--"?o=Ct:p[1]!==void 0?o=Tt:p[2]!==void 0?(Pt.test(p[2])&&(r=RegExp("</"+p[2],"g")),o=I):p[3]!==void 0&&(o=I):o===I?p[0]===">"?(o=r??ne,c=-1):p[1]===void 0?c=-2:(c=o.lastIndex-p[2].length,d=p[1],o=p[3]===void 0?I:p[3]==='"'?Mt:Ot):o===Mt||o===Ot?o=I:o===Ct||o===Tt?o=ne:(o=I,r=void 0);let h=o===I&&i[l+1].startsWith("/>")?" ":"";s+=o===ne?a+Yn:c>=0?(n.push(d),a.slice(0,c)+Je+a.slice(c)+L+h):a+L+(c===-2?l:h)}return[Lt(i,s+(i[t]||"<?>")+(e===2?"</svg>":e===3?"</math>":"")),n]},se=class i{constructor({strings:e,_$litType$:t},n){let r;this.parts=[];let s=0,o=0,l=e.length-1,a=this.parts,[d,p]=Nt(e,t);if(this.el=i.createElement(d,n),W.currentNode=this.el.content,t===2||t===3){let c=this.el.content.firstChild;c.replaceWith(...c.childNodes)}for(;(r=W.nextNode())!==null&&a.length<l;){if(r.nodeType===1){if(r.hasAttributes())for(let c of r.getAttributeNames())if(c.endsWith(Je)){let u=p[o++],h=r.getAttribute(c).split(L),g=/([.?@])?(.*)/.exec(u);a.push({type:1,index:s,name:g[2],strings:h,ctor:g[1]==="."?ye:g[1]==="?"?_e:g[1]==="@"?we:j}),r.removeAttribute(c)}else c.startsWith(L)&&(a.push({type:6,index:s}),r.removeAttribute(c));if(Pt.test(r.tagName)){let c=r.textContent.split(L),u=c.length-1;if(u>0){r.textContent=fe?fe.emptyScript:"";for(let h=0;h<u;h++)r.append(c[h],ie()),W.nextNode(),a.push({type:2,index:++s});r.append(c[u],ie())}}}else if(r.nodeType===8)if(r.data===Qe)a.push({type:2,index:s});else{let c=-1;for(;(c=r.data.indexOf(L,c+1))!==-1;)a.push({type:7,index:s}),c+=L.length-1}s++}}static createElement(e,t){let n=F.createElement("template");return n.innerHTML=e,n}};function B(i,e,t=i,n){if(e===E)return e;let r=n!==void 0?t._$Co?.[n]:t._$Cl,s=re(e)?void 0:e._$litDirective$;return r?.constructor!==s&&(r?._$AO?.(!1),s===void 0?r=void 0:(r=new s(i),r._$AT(i,t,n)),n!==void 0?(t._$Co??=[])[n]=r:t._$Cl=r),r!==void 0&&(e=B(i,r._$AS(i,e.values),r,n)),e}var ge=class{constructor(e,t){this._$AV=[],this._$AN=void 0,this._$AD=e,this._$AM=t}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(e){let{el:{content:t},parts:n}=this._$AD,r=(e?.creationScope??F).importNode(t,!0);W.currentNode=r;let s=W.nextNode(),o=0,l=0,a=n[0];for(;a!==void 0;){if(o===a.index){let d;a.type===2?d=new Z(s,s.nextSibling,this,e):a.type===1?d=new a.ctor(s,a.name,a.strings,this,e):a.type===6&&(d=new be(s,this,e)),this._$AV.push(d),a=n[++l]}o!==a?.index&&(s=W.nextNode(),o++)}return W.currentNode=F,r}p(e){let t=0;for(let n of this._$AV)n!==void 0&&(n.strings!==void 0?(n._$AI(e,n,t),t+=n.strings.length-2):n._$AI(e[t])),t++}},Z=class i{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(e,t,n,r){this.type=2,this._$AH=m,this._$AN=void 0,this._$AA=e,this._$AB=t,this._$AM=n,this.options=r,this._$Cv=r?.isConnected??!0}get parentNode(){let e=this._$AA.parentNode,t=this._$AM;return t!==void 0&&e?.nodeType===11&&(e=t.parentNode),e}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(e,t=this){e=B(this,e,t),re(e)?e===m||e==null||e===""?(this._$AH!==m&&this._$AR(),this._$AH=m):e!==this._$AH&&e!==E&&this._(e):e._$litType$!==void 0?this.$(e):e.nodeType!==void 0?this.T(e):Ht(e)?this.k(e):this._(e)}O(e){return this._$AA.parentNode.insertBefore(e,this._$AB)}T(e){this._$AH!==e&&(this._$AR(),this._$AH=this.O(e))}_(e){this._$AH!==m&&re(this._$AH)?this._$AA.nextSibling.data=e:this.T(F.createTextNode(e)),this._$AH=e}$(e){let{values:t,_$litType$:n}=e,r=typeof n=="number"?this._$AC(e):(n.el===void 0&&(n.el=se.createElement(Lt(n.h,n.h[0]),this.options)),n);if(this._$AH?._$AD===r)this._$AH.p(t);else{let s=new ge(r,this),o=s.u(this.options);s.p(t),this.T(o),this._$AH=s}}_$AC(e){let t=Rt.get(e.strings);return t===void 0&&Rt.set(e.strings,t=new se(e)),t}k(e){Xe(this._$AH)||(this._$AH=[],this._$AR());let t=this._$AH,n,r=0;for(let s of e)r===t.length?t.push(n=new i(this.O(ie()),this.O(ie()),this,this.options)):n=t[r],n._$AI(s),r++;r<t.length&&(this._$AR(n&&n._$AB.nextSibling,r),t.length=r)}_$AR(e=this._$AA.nextSibling,t){for(this._$AP?.(!1,!0,t);e!==this._$AB;){let n=St(e).nextSibling;St(e).remove(),e=n}}setConnected(e){this._$AM===void 0&&(this._$Cv=e,this._$AP?.(e))}},j=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(e,t,n,r,s){this.type=1,this._$AH=m,this._$AN=void 0,this.element=e,this.name=t,this._$AM=r,this.options=s,n.length>2||n[0]!==""||n[1]!==""?(this._$AH=Array(n.length-1).fill(new String),this.strings=n):this._$AH=m}_$AI(e,t=this,n,r){let s=this.strings,o=!1;if(s===void 0)e=B(this,e,t,0),o=!re(e)||e!==this._$AH&&e!==E,o&&(this._$AH=e);else{let l=e,a,d;for(e=s[0],a=0;a<s.length-1;a++)d=B(this,l[n+a],t,a),d===E&&(d=this._$AH[a]),o||=!re(d)||d!==this._$AH[a],d===m?e=m:e!==m&&(e+=(d??"")+s[a+1]),this._$AH[a]=d}o&&!r&&this.j(e)}j(e){e===m?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,e??"")}},ye=class extends j{constructor(){super(...arguments),this.type=3}j(e){this.element[this.name]=e===m?void 0:e}},_e=class extends j{constructor(){super(...arguments),this.type=4}j(e){this.element.toggleAttribute(this.name,!!e&&e!==m)}},we=class extends j{constructor(e,t,n,r,s){super(e,t,n,r,s),this.type=5}_$AI(e,t=this){if((e=B(this,e,t,0)??m)===E)return;let n=this._$AH,r=e===m&&n!==m||e.capture!==n.capture||e.once!==n.once||e.passive!==n.passive,s=e!==m&&(n===m||r);r&&this.element.removeEventListener(this.name,this,n),s&&this.element.addEventListener(this.name,this,e),this._$AH=e}handleEvent(e){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,e):this._$AH.handleEvent(e)}},be=class{constructor(e,t,n){this.element=e,this.type=6,this._$AN=void 0,this._$AM=t,this.options=n}get _$AU(){return this._$AM._$AU}_$AI(e){B(this,e)}},zt={M:Je,P:L,A:Qe,C:1,L:Nt,R:ge,D:Ht,V:B,I:Z,H:j,N:_e,U:we,B:ye,F:be},Jn=Ye.litHtmlPolyfillSupport;Jn?.(se,Z),(Ye.litHtmlVersions??=[]).push("3.3.3");var Dt=(i,e,t)=>{let n=t?.renderBefore??e,r=n._$litPart$;if(r===void 0){let s=t?.renderBefore??null;n._$litPart$=r=new Z(e.insertBefore(ie(),s),s,void 0,t??{})}return r._$AI(i),r};var tt=globalThis,O=class extends P{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let e=super.createRenderRoot();return this.renderOptions.renderBefore??=e.firstChild,e}update(e){let t=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(e),this._$Do=Dt(t,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return E}};O._$litElement$=!0,O.finalized=!0,tt.litElementHydrateSupport?.({LitElement:O});var Qn=tt.litElementPolyfillSupport;Qn?.({LitElement:O});(tt.litElementVersions??=[]).push("4.2.2");var Ut={ATTRIBUTE:1,CHILD:2,PROPERTY:3,BOOLEAN_ATTRIBUTE:4,EVENT:5,ELEMENT:6},ve=i=>(...e)=>({_$litDirective$:i,values:e}),Y=class{constructor(e){}get _$AU(){return this._$AM._$AU}_$AT(e,t,n){this._$Ct=e,this._$AM=t,this._$Ci=n}_$AS(e,t){return this.update(e,t)}update(e,t){return this.render(...t)}};var Xn={},xe=ve(class extends Y{constructor(){super(...arguments),this.ot=Xn}render(i,e){return e()}update(i,[e,t]){if(Array.isArray(e)){if(Array.isArray(this.ot)&&this.ot.length===e.length&&e.every((n,r)=>n===this.ot[r]))return E}else if(this.ot===e)return E;return this.ot=Array.isArray(e)?Array.from(e):e,this.render(e,t)}});var{I:ei}=zt,qt=i=>i;var It=()=>document.createComment(""),J=(i,e,t)=>{let n=i._$AA.parentNode,r=e===void 0?i._$AB:e._$AA;if(t===void 0){let s=n.insertBefore(It(),r),o=n.insertBefore(It(),r);t=new ei(s,o,i,i.options)}else{let s=t._$AB.nextSibling,o=t._$AM,l=o!==i;if(l){let a;t._$AQ?.(i),t._$AM=i,t._$AP!==void 0&&(a=i._$AU)!==o._$AU&&t._$AP(a)}if(s!==r||l){let a=t._$AA;for(;a!==s;){let d=qt(a).nextSibling;qt(n).insertBefore(a,r),a=d}}}return t},z=(i,e,t=i)=>(i._$AI(e,t),i),ti={},Wt=(i,e=ti)=>i._$AH=e,Ft=i=>i._$AH,$e=i=>{i._$AR(),i._$AA.remove()};var Bt=(i,e,t)=>{let n=new Map;for(let r=e;r<=t;r++)n.set(i[r],r);return n},jt=ve(class extends Y{constructor(i){if(super(i),i.type!==Ut.CHILD)throw Error("repeat() can only be used in text expressions")}dt(i,e,t){let n;t===void 0?t=e:e!==void 0&&(n=e);let r=[],s=[],o=0;for(let l of i)r[o]=n?n(l,o):o,s[o]=t(l,o),o++;return{values:s,keys:r}}render(i,e,t){return this.dt(i,e,t).values}update(i,[e,t,n]){let r=Ft(i),{values:s,keys:o}=this.dt(e,t,n);if(!Array.isArray(r))return this.ut=o,s;let l=this.ut??=[],a=[],d,p,c=0,u=r.length-1,h=0,g=s.length-1;for(;c<=u&&h<=g;)if(r[c]===null)c++;else if(r[u]===null)u--;else if(l[c]===o[h])a[h]=z(r[c],s[h]),c++,h++;else if(l[u]===o[g])a[g]=z(r[u],s[g]),u--,g--;else if(l[c]===o[g])a[g]=z(r[c],s[g]),J(i,a[g+1],r[c]),c++,g--;else if(l[u]===o[h])a[h]=z(r[u],s[h]),J(i,r[c],r[u]),u--,h++;else if(d===void 0&&(d=Bt(o,h,g),p=Bt(l,c,u)),d.has(l[c]))if(d.has(l[u])){let y=p.get(o[h]),v=y!==void 0?r[y]:null;if(v===null){let _=J(i,r[c]);z(_,s[h]),a[h]=_}else a[h]=z(v,s[h]),J(i,r[c],v),r[y]=null;h++}else $e(r[u]),u--;else $e(r[c]),c++;for(;h<=g;){let y=J(i,a[g+1]);z(y,s[h]),a[h++]=y}for(;c<=u;){let y=r[c++];y!==null&&$e(y)}return this.ut=o,Wt(i,a),E}});var b="elfe_commande";function D(i){return i.id.slice(0,i.id.lastIndexOf("_"))}var Vt=[1e3,2e3,5e3,1e4],Q=class{constructor(e,t,n){this.connection=e;this.selection=t;this.changed=n;this.appliances=new Map;this.health={};this.away={};this.state="loading";this.problem="";this.heardAt=0;this.ahead=0;this.tries=0;this.turn=0;this.connected=()=>{this.tries=0,this.subscribe()};this.disconnected=()=>{this.end=void 0,this.forget(),this.become("disconnected")};e.addEventListener("ready",this.connected),e.addEventListener("disconnected",this.disconnected),e.connected?this.subscribe():this.state="disconnected"}isOf(e,t){return e===this.connection&&JSON.stringify(t)===JSON.stringify(this.selection)}close(){this.connection.removeEventListener("ready",this.connected),this.connection.removeEventListener("disconnected",this.disconnected),this.forget()}now(){return(Date.now()+this.ahead)/1e3}forget(){this.turn++,clearTimeout(this.timer);let e=this.end;this.end=void 0,e&&e().catch(()=>{})}async subscribe(){this.forget();let e=this.turn;try{let t=await this.connection.subscribeMessage(n=>{e===this.turn&&this.heard(n)},{type:`${b}/plan/subscribe`,...this.selection},{resubscribe:!1});e===this.turn?this.end=t:t().catch(()=>{})}catch(t){e===this.turn&&this.missed(t)}}missed(e){let{code:t,message:n}=e??{};if(!this.connection.connected)return this.become("disconnected");let r=Vt[Math.min(this.tries++,Vt.length-1)];this.timer=setTimeout(()=>{this.subscribe()},r),this.problem=typeof n=="string"?n:String(t??e),t==="unknown_command"?this.become("unavailable"):t==="unauthorized"?this.become("refused"):this.become("failed")}become(e){this.state=e,this.changed()}heard(e){if(this.tries=0,clearTimeout(this.timer),e.health&&(this.health=e.health),e.away&&(this.away=e.away,this.leave(e.type==="all")),e.type==="all"){e.now!==null&&(this.ahead=e.now*1e3-Date.now());for(let t of e.equipments)this.appliances.set(t.id,t)}else{for(let t of e.equipments)this.appliances.set(t.id,ii(this.appliances.get(t.id),t,this.now()));for(let t of e.removed)this.appliances.delete(t)}this.heardAt=this.now(),this.become("ready")}leave(e){for(let[t,n]of this.appliances){let r=D(n),s=this.away[r]?.state;(s===void 0&&(e||!(r in this.health))||s==="disabled")&&this.appliances.delete(t)}}},ni=49*3600;function ii(i,e,t){if(!i?.past?.length)return e;if(!e.past?.length)return{...e,past:i.past};let n=new Set(e.past.map(s=>s.at)),r=i.past.filter(s=>!n.has(s.at)&&s.until>t-ni);return r.push(...e.past),r.sort((s,o)=>s.at-o.at),{...e,past:r}}function ke(i){return Math.floor(i/900)*900}var Kt=3600;function Ae(i,e,t){let n=ke(i),r=Math.round(e*Kt/900);return{start:n-r*900,present:r,count:r+Math.round(t*Kt/900)}}function oe(i,e){let t=i.plan;if(!t)return null;let n=t.slots[Math.floor((e-t.start)/900)];return n===void 0?null:n==="1"}function U(i){return i.mode==="piloted"}function ae(i){return U(i)&&i.plan?.valid!==!1}function Se(i,e,t){let n=t?.slice(0,e.present)??ri(i.past??[],e),r=i.plan?.changed.length?new Set(i.plan.changed):void 0;for(let s=e.present;s<e.count;s++){let o=e.start+s*900,l={at:o,state:oi(i,o,s===e.present)};r?.has(o)&&(l.changed=oe(i,o)?"added":"removed"),n.push(l)}return n}function ri(i,e){let t=[],n=0;for(let r=0;r<e.present;r++){let s=e.start+r*900;for(;n<i.length&&i[n].until<=s;)n++;let o=i[n];t.push(o&&o.at<=s?{at:s,state:si(o),row:o}:{at:s,state:"unknown"})}return t}function Zt(i,e){let[t,n]=[i.plan,e.plan];return i.past===e.past&&i.running===e.running&&i.mode===e.mode&&i.ready_at===e.ready_at&&i.next_start===e.next_start&&t?.start===n?.start&&t?.slots===n?.slots&&t?.valid===n?.valid&&String(t?.changed)===String(n?.changed)}function Yt(i,e){return i.length===e.length&&i.every((t,n)=>{let{state:r,changed:s,row:o}=e[n];return t.state===r&&t.changed===s&&t.row===o})}function si(i){return i.outcome==="failed"?"failed":i.ran?"ran":i.outcome==="doubtful"?"doubtful":i.ran===null&&i.on?i.outcome==="skipped"?"skipped":"ran":i.outcome==="skipped"&&(i.on||i.planned)?"skipped":i.planned||i.on?"missed":"idle"}function oi(i,e,t){if(t&&i.running)return"ran";let{ready_at:n,next_start:r}=i;if(n!==null&&e>(r??0)&&e<n&&(r!==null||i.running))return oe(i,e)&&ae(i)?"planned":"expected";let o=oe(i,e);return o===null?"unplanned":o?ae(i)?"planned":"ghost":"idle"}function Ee(i){let e=[];return i.forEach(({state:t},n)=>{let r=e.at(-1);r&&r.state===t&&r.to===n?r.to=n+1:e.push({from:n,to:n+1,state:t})}),e.filter(t=>t.state!=="idle"&&t.state!=="unplanned")}function Jt(i,e){let t=ke(e);if(i.running){let r=i.ready_at??(ae(i)?Gt(i,t):null);return{start:t,end:r!==null&&r>e?r:null,running:!0}}let n=i.next_start;return n===null||!U(i)?null:{start:n,end:i.ready_at??Gt(i,n),running:!1}}function Gt(i,e){let t=e;for(;oe(i,t);)t+=900;return t>e?t:null}function V(i,{word:e,clock:t,now:n}){return i&&/\d:\d\d/.test(i)&&t.isAbroad(n)?`${i} ${e("home_time")}`:i??""}var ai=new Set(["ems","action","planner","emhass","calendar"]);function li(i,e){let t=i.plan?.owner??"";return e(ai.has(t)?`plan_of_${t}`:"plan")}function Qt(i,{word:e,clock:t,now:n}){let r=i.plan,s=ke(n),o=new Set(r?.changed.filter(p=>p>=s));if(!r||!o.size)return"";let l,a;for(let p=Math.max(r.start,s);p<r.start+r.slots.length*900;p+=900){let c=oe(i,p)===!0;c&&(a??=p),c!==o.has(p)&&(l??=p)}let d=p=>t.moment(p,n);return l===void 0&&a===void 0?"":l===void 0?e("changed_to",{after:d(a)}):a===void 0?e("changed_from",{before:d(l)}):l===a?o.size===1?e("changed_one"):e("changed_some",{count:o.size}):e("changed_both",{before:d(l),after:d(a)})}function Xt(i,{word:e,clock:t,now:n}){let{late:r,ready_at:s,wished_end:o}=i;return!r||s===null||o===null?"":e("late",{ready:t.moment(s,n),wished:t.moment(o,n)})}function en(i,e,t,n,r){let{word:s,clock:o,now:l}=r,a=e[t],d=[],p={range:s("range",{from:o.moment(a.at,l),to:o.time(a.at+900)}),state:s(`state_${a.state}`),why:"",facts:d};a.row?di(a.row,p,r):t<n.present?p.why=s("why_unknown"):t===n.present?(p.why=V(i.decision.sentence,r),a.state==="ran"&&(p.state=s("state_running")),i.decision.source&&d.push(s("decided_by",{source:r.source(i.decision.source)})),i.power!==null&&d.push(s("power",{power:nt(i.power,r)}))):ci(i,e,t,p,r),a.changed&&d.push(s(a.changed==="added"?"changed_added":"changed_removed"));let c=i.wished_end;return c!==null&&c>=a.at&&c<a.at+900&&d.push(s("wished_end",{time:o.time(c)})),p}function di(i,e,{word:t,number:n,reason:r,source:s}){let o=i.outcome!==null&&i.outcome!=="acknowledged";o&&i.failure?e.why=r(i.failure):i.reason&&(e.why=r(i.reason)),i.ran&&e.facts.push(t("ran_minutes",{minutes:Math.max(1,Math.round(i.ran/60))})),i.energy&&e.facts.push(t("energy",{energy:n(i.energy/1e3,2)})),i.outcome==="acknowledged"&&e.facts.push(t("confirmed")),i.source&&e.facts.push(t("decided_by",{source:s(i.source)})),o&&i.failure&&i.reason&&e.facts.push(t("because",{reason:r(i.reason)}))}function ci(i,e,t,n,{word:r,clock:s,now:o}){let l=ui(li(i,r)),a=e[t],d=i.ready_at;switch(a.state){case"planned":case"ghost":{let p=t,c=t;for(;e[p-1]?.state===a.state;)p--;for(;e[c+1]?.state===a.state;)c++;let u={plan:l,start:s.moment(e[p].at,o),end:s.time(e[c].at+900)},h=U(i)?"why_older":"why_ghost";n.why=r(a.state==="planned"?"why_planned":h,u),a.state==="planned"&&d!==null&&e[p].at===i.next_start&&n.facts.push(r("ready",{time:s.moment(d,o)}));break}case"expected":n.why=r("why_expected",{time:s.moment(d??a.at+900,o)});break;case"unplanned":n.why=r(i.plan?"why_beyond":"why_unplanned");break;default:n.why=U(i)?r("why_idle",{plan:l}):r("why_manual")}}function tn(i){let e=i.why&&!/[.!?]$/.test(i.why)?`${i.why}.`:i.why;return[`${i.range}, ${i.state}.`,e,...i.facts.map(t=>`${t}.`)].filter(Boolean).join(" ")}function nt(i,{number:e}){let t=Math.abs(i)>=1e3;return`${t?e(i/1e3,1):e(i,0)} ${t?"kW":"W"}`}function ui(i){return i.charAt(0).toUpperCase()+i.slice(1)}var it={card_name:"Plan of the appliances",card_description:"What each appliance did, does and will do, why, and whose word it was. One tap takes over.",feature_name:"Next run of the appliance",loading:"Loading the plan…",disconnected:"Home Assistant is away. The plan is shown again as soon as it answers.",unavailable:"ELFE Commande does not run in this Home Assistant at the moment. It is tried again.",refused:"You may not see the plan. Ask whoever administers Home Assistant.",failed:"The plan cannot be shown: {problem}. It is tried again.",away_starting:"{entry} is not running; it is being set up.",away_retry:"{entry} is not running: it could not be set up. It is tried again.",away_failed:"{entry} is not running: it could not be set up. Settings → Devices & services says why.",away_disabled:"{entry} is disabled.",known_before:"What is shown of it is what was known before.",stale:"Connection lost; this is what was known at {time}.",empty:"No appliance to show: there is none, or you may not see any.",empty_filtered:"No appliance matches what this card is set to show.",health:"Health of the plan",plan_age:"Plan {age} old",plan_none:"No plan yet",planned_ago:"planned {age} ago",read_ago:"read {age} ago",maker:"{title}: {told}",moment:"less than a minute",minutes:"{count} min",hours:"{count} h",days:"{count} d",not_running:"Not running: no order is sent",no_ems:"Database not reachable",no_broker:"MQTT broker not connected",shadow:"Shadow mode: everything is decided and shown, nothing is ordered.",all_well:"All well",now:"now",home_time:"(home’s time)",run:"{start} → {end}",run_open:"from {start}",until:"until {end}",running:"On",no_run:"No run planned",by_plan:"Plan",by_hand:"By hand",offline:"Does not answer",late:"Late: done about {ready}, wished by {wished}",changed_both:"New plan: {after} instead of {before}",changed_to:"New plan: on at {after}",changed_from:"New plan: no longer at {before}",changed_one:"New plan: otherwise in one quarter-hour",changed_some:"New plan: otherwise in {count} quarter-hours",follow:"Follow the plan",follow_of:"{name}: follow the plan",strip_of:"{name}: past and plan",strip_help:"Arrow keys go through the quarter-hours and appliances, Enter says why, Escape closes.",legend:"Legend",range:"{from} to {to}",state_ran:"Ran",state_running:"Runs",state_failed:"Order failed",state_doubtful:"Order not confirmed",state_skipped:"Order not sent",state_missed:"Planned, did not run",state_idle:"Off",state_unknown:"Unknown",state_planned:"Planned",state_expected:"Runs on",state_ghost:"Planned, not followed",state_unplanned:"No plan",why_unknown:"Nothing was recorded of this time.",why_planned:"{plan} wants it on from {start} to {end}.",why_older:"Waits for its next plan: this one, made before it was last set, would have it on from {start} to {end}.",why_ghost:"By hand: {plan} would have it on from {start} to {end}, and is not followed.",why_expected:"Once started, it is done about {time}.",why_beyond:"The plan does not reach that far yet.",why_unplanned:"There is no plan.",why_idle:"{plan} does not want it on.",why_manual:"By hand: only people switch it.",plan:"the plan",plan_of_ems:"the EMS’s plan",plan_of_action:"the plan set by an action",plan_of_planner:"the built-in planner",plan_of_emhass:"EMHASS’s plan",plan_of_calendar:"the calendar’s plan",decided_by:"Decided by: {source}",because:"Wanted because: {reason}",confirmed:"Confirmed by the appliance",ran_minutes:"{minutes} min on",energy:"{energy} kWh",power:"Draws {power}",ready:"Done about {time}",wished_end:"Wished to be done by {time}",changed_added:"New: the plan before did not want it on",changed_removed:"New: the plan before wanted it on",legend_now:"Now",legend_wished:"Wished end",legend_changed:"Changed by the new plan",legend_confirmed:"Confirmed",start:"Start now",start_of:"Start {name} now?",ready_by:"Ready by",set:"Set",take_over:"Take over",give_back:"Back to the plan",keep_on:"Keep on",keep_off:"Keep off",cancel:"Cancel",close:"Close",more:"Details of {name}",working:"Asked; waiting for the appliance…",checking:"Looking at what would happen…",done:"Done.",not_allowed:"You may not do this with {name}.",lost:"Home Assistant did not answer; nobody knows whether it was done.",would:"It would be: {runs}",would_not_run:"It would not run in the time shown.",would_open:"How it would run is decided later.",would_ready:"done about {time}",would_late:"later than wished",config_title:"Title",config_entities:"Appliances",config_entities_help:"None means all that you may see.",config_homes:"Homes",config_areas:"Rooms",config_kinds:"Kinds of appliances",config_hours_back:"Hours of the past",config_hours_ahead:"Hours to come",config_health:"Show the health of the plan",config_legend:"Show the legend",kind_dishwasher:"Dishwasher",kind_washing_machine:"Washing machine",kind_tumble_dryer:"Tumble dryer",kind_water_heater:"Hot-water tank",kind_heater:"Heating",kind_controlled_heater:"Regulated heating",kind_electric_car:"Electric car",kind_electric_bike:"Electric bicycle",kind_electric_forklift:"Electric forklift",kind_generic_machine:"Machine"};var nn={card_name:"Plan des appareils",card_description:"Ce que chaque appareil a fait, fait et fera, pourquoi, et qui l’a décidé. Un geste suffit pour reprendre la main.",feature_name:"Prochaine marche de l’appareil",loading:"Chargement du plan…",disconnected:"Home Assistant ne répond pas. Le plan reviendra dès qu’il répondra.",unavailable:"ELFE Commande ne fonctionne pas dans ce Home Assistant pour l’instant. Nouvel essai en cours.",refused:"Vous n’avez pas le droit de voir le plan. Adressez-vous à qui administre Home Assistant.",failed:"Le plan ne peut pas être affiché : {problem}. Nouvel essai en cours.",away_starting:"{entry} ne fonctionne pas : démarrage en cours.",away_retry:"{entry} ne fonctionne pas : le démarrage a échoué. Nouvel essai en cours.",away_failed:"{entry} ne fonctionne pas : le démarrage a échoué. Voir Paramètres → Appareils et services.",away_disabled:"{entry} est désactivé.",known_before:"Ce qui est affiché date d’avant.",stale:"Connexion perdue, voici ce que l’on savait à {time}.",empty:"Aucun appareil à afficher : il n’y en a pas, ou vous n’avez le droit d’en voir aucun.",empty_filtered:"Aucun appareil ne correspond à ce que cette carte doit afficher.",health:"Santé du plan",plan_age:"Plan d’il y a {age}",plan_none:"Pas encore de plan",planned_ago:"planifié il y a {age}",read_ago:"lu il y a {age}",maker:"{title} : {told}",moment:"moins d’une minute",minutes:"{count} min",hours:"{count} h",days:"{count} j",not_running:"À l’arrêt : aucun ordre n’est envoyé",no_ems:"Base de données injoignable",no_broker:"Broker MQTT non connecté",shadow:"Mode ombre : tout est décidé et montré, rien n’est ordonné.",all_well:"Tout va bien",now:"maintenant",home_time:"(heure du domicile)",run:"{start} → {end}",run_open:"dès {start}",until:"jusqu’à {end}",running:"En marche",no_run:"Aucune marche prévue",by_plan:"Plan",by_hand:"À la main",offline:"Ne répond pas",late:"En retard : fini vers {ready}, souhaité pour {wished}",changed_both:"Nouveau plan : {after} au lieu de {before}",changed_to:"Nouveau plan : en marche à {after}",changed_from:"Nouveau plan : plus de marche à {before}",changed_one:"Nouveau plan : un quart d’heure changé",changed_some:"Nouveau plan : {count} quarts d’heure changés",follow:"Suivre le plan",follow_of:"{name} : suivre le plan",strip_of:"{name} : passé et plan",strip_help:"Les flèches parcourent les quarts d’heure et les appareils, Entrée dit pourquoi, Échap referme.",legend:"Légende",range:"{from} à {to}",state_ran:"A fonctionné",state_running:"En marche",state_failed:"Ordre en échec",state_doubtful:"Ordre non confirmé",state_skipped:"Ordre non envoyé",state_missed:"Prévu, n’a pas fonctionné",state_idle:"Arrêté",state_unknown:"Inconnu",state_planned:"Prévu",state_expected:"Fonctionnera encore",state_ghost:"Prévu, non suivi",state_unplanned:"Pas de plan",why_unknown:"Rien n’a été enregistré de ce moment.",why_planned:"{plan} le veut en marche de {start} à {end}.",why_older:"Attend son prochain plan : celui-ci, établi avant le dernier réglage, le mettrait en marche de {start} à {end}.",why_ghost:"À la main : {plan} le mettrait en marche de {start} à {end}, mais n’est pas suivi.",why_expected:"Une fois lancé, il aura fini vers {time}.",why_beyond:"Le plan ne va pas encore jusque-là.",why_unplanned:"Il n’y a pas de plan.",why_idle:"{plan} ne le veut pas en marche.",why_manual:"À la main : seules des personnes le commandent.",plan:"le plan",plan_of_ems:"le plan de l’EMS",plan_of_action:"le plan fixé par une action",plan_of_planner:"le planificateur intégré",plan_of_emhass:"le plan d’EMHASS",plan_of_calendar:"le plan du calendrier",decided_by:"Décidé par : {source}",because:"Voulu car : {reason}",confirmed:"Confirmé par l’appareil",ran_minutes:"{minutes} min en marche",energy:"{energy} kWh",power:"Consomme {power}",ready:"Fini vers {time}",wished_end:"Fin souhaitée à {time}",changed_added:"Nouveau : le plan précédent ne le voulait pas en marche",changed_removed:"Nouveau : le plan précédent le voulait en marche",legend_now:"Maintenant",legend_wished:"Fin souhaitée",legend_changed:"Changé par le nouveau plan",legend_confirmed:"Confirmé",start:"Démarrer",start_of:"Démarrer {name} maintenant ?",ready_by:"Prêt pour",set:"Valider",take_over:"Reprendre la main",give_back:"Rendre au plan",keep_on:"Garder allumé",keep_off:"Garder éteint",cancel:"Annuler",close:"Fermer",more:"Détails de {name}",working:"Demandé, en attente de l’appareil…",checking:"Vérification de ce qui se passerait…",done:"C’est fait.",not_allowed:"Vous n’avez pas le droit de faire cela avec {name}.",lost:"Home Assistant n’a pas répondu, on ne sait pas si cela a été fait.",would:"Ce serait : {runs}",would_not_run:"Il ne fonctionnerait pas dans le temps affiché.",would_open:"Le déroulement sera décidé plus tard.",would_ready:"fini vers {time}",would_late:"plus tard que souhaité",config_title:"Titre",config_entities:"Appareils",config_entities_help:"Aucun signifie tous ceux que vous pouvez voir.",config_homes:"Foyers",config_areas:"Pièces",config_kinds:"Sortes d’appareils",config_hours_back:"Heures passées",config_hours_ahead:"Heures à venir",config_health:"Afficher la santé du plan",config_legend:"Afficher la légende",kind_dishwasher:"Lave-vaisselle",kind_washing_machine:"Lave-linge",kind_tumble_dryer:"Sèche-linge",kind_water_heater:"Ballon d’eau chaude",kind_heater:"Chauffage",kind_controlled_heater:"Chauffage régulé",kind_electric_car:"Voiture électrique",kind_electric_bike:"Vélo à assistance électrique",kind_electric_forklift:"Chariot élévateur électrique",kind_generic_machine:"Machine"};var mi={en:it,fr:nn};function fi(i){return mi[i.split("-")[0]??""]??it}function M(i){let e=fi(i);return(t,n)=>e[t].replace(/\{(\w+)\}/g,(r,s)=>String(n?.[s]??r))}function S(){return document.documentElement.lang||navigator.language}var Ce=new Map,sn=new Map;function Te(i,e){let t=`component.${b}.entity.${e}`;return i.localize(t)||sn.get(i.language)?.(t)||""}async function Oe(i,e){let{language:t}=i;if(an(i,"silent")==="silent"){try{Ce.has(t)||Ce.set(t,i.loadBackendTranslation("entity",b).then(n=>sn.set(t,n))),await Ce.get(t)}catch{Ce.delete(t);return}e()}}var on="sensor.decision.state_attributes";function an(i,e){return Te(i,`${on}.reason.state.${e}`)||e}function gi(i,e){return Te(i,`${on}.source.state.${e}`)||e}var rn={comma_decimal:"en",decimal_comma:"de",space_comma:"fr",quote_decimal:"de-CH",none:"en",system:void 0};function yi({language:i,number_format:e}){let t=e!==void 0&&e in rn?rn[e]:i;return(n,r)=>new Intl.NumberFormat(t,{minimumFractionDigits:r,maximumFractionDigits:r,useGrouping:e!=="none"}).format(n)}function Me(i,e){return{word:M(i.locale.language||i.language),clock:wi(i),number:yi(i.locale),now:e,reason:t=>an(i,t),source:t=>gi(i,t)}}var _i=1e3;function wi(i){let{locale:e,config:t}=i,n=Intl.DateTimeFormat().resolvedOptions().timeZone,r=e.time_zone==="server"||e.time_zone&&n==="UTC"?t.time_zone:n,s=e.language,o=e.time_format,l=o==="12"?!0:o==="24"?!1:new Intl.DateTimeFormat(o==="system"?void 0:s,{hour:"numeric"}).resolvedOptions().hour12,a=(_,k=s,x=r)=>{let ce=new Intl.DateTimeFormat(k,{timeZone:x,..._}),ue=new Map;return Be=>{let je=ue.get(Be);return je===void 0&&(ue.size>_i&&ue.clear(),ue.set(Be,je=ce.format(Be*1e3))),je}},p=a({hour:l?"numeric":"2-digit",minute:"2-digit",...l?{hour12:!0}:{hourCycle:"h23"}}),c=a({weekday:"short"}),u=a({year:"numeric",month:"2-digit",day:"2-digit"}),h={hour:"2-digit",minute:"2-digit",hourCycle:"h23"},g=a(h,"en-GB"),y=a(h,"en-GB",t.time_zone),v=l?a({hour:"numeric",hour12:!0}):_=>g(_).slice(0,2);return{time:p,day:c,hour:v,input:g,isAbroad:_=>g(_)!==y(_),moment:(_,k)=>u(_)===u(k)?p(_):`${c(_)} ${p(_)}`,parts:_=>{let[k,x]=g(_).split(":");return{hour:Number(k),minute:Number(x)}}}}var ln="https://github.com/elfe-commande/elfe-commande/blob/main/docs/card.md",dn=new Map;function R(i,e){dn.set(i,e),cn()}function cn(){for(let[i,e]of dn)if(!customElements.get(i))try{customElements.define(i,e)}catch{}}customElements.whenDefined("home-assistant").then(cn);function un(i){rt(window.customCards??=[],i)}function pn(i){rt(window.customCardFeatures??=[],i)}function Re(i){rt(window.customStrategies??=[],i)}function rt(i,e){i.some(n=>n.type===e.type&&n.strategyType===e.strategyType)||i.push(e)}function hn(i,e){return JSON.stringify(i)===JSON.stringify(e)}function bi(i,e){switch(e.what){case"pilot":return i.entity_id?.startsWith("switch.")?{domain:"switch",service:e.on?"turn_on":"turn_off",data:{}}:{domain:b,service:"init_typology",data:{mode:e.on?"piloted":"manual"}};case"start":return{domain:b,service:"run_typology",data:{order:"on"}};case"deadline":return{domain:b,service:"set_deadline",data:{datetime:new Date(e.at*1e3).toISOString()}};case"mode":return{domain:b,service:"set_mode",data:{mode:e.mode}}}}async function mn(i,e,t,n){let{domain:r,service:s,data:o}=bi(e,t);try{return await i.callService(r,s,o,{entity_id:e.entity_id??[]},!1),""}catch(l){return gn(i,e,l,n)}}var vi=3,xi=new Set(["Unauthorized","UnknownUser"]);function fn(i){let e=i?.error??i;return typeof e=="number"?{code:e}:e??{}}async function gn(i,e,t,n){let r=fn(t),{translation_domain:s,translation_key:o}=r;if(r.code==="unauthorized"||!o&&xi.has(r.message))return n("not_allowed",{name:e.name});if(r.code===vi)return n("lost");if(typeof s=="string"&&typeof o=="string")try{let a=(await i.loadBackendTranslation("exceptions",s))(`component.${s}.exceptions.${o}.message`,r.translation_placeholders);if(a)return a}catch{}return typeof r.message=="string"&&r.message?r.message:String(r.code??t)}async function yn(i,e,t,n){if(!e.entity_id)return null;try{return await i.callWS({type:`${b}/plan/simulate`,entity_id:e.entity_id,...$i(t)})}catch(r){let{code:s}=fn(r);return s==="unknown_command"||s==="invalid_format"?null:{problem:await gn(i,e,r,n)}}}function $i(i){switch(i.what){case"pilot":return{mode:i.on?"piloted":"manual"};case"start":return{start_now:!0};case"deadline":return{wished_end:i.at};case"mode":return{mode:i.mode}}}function He({slots:i,start:e,now:t,ready_at:n}){let r=[];[...i].forEach((o,l)=>{if(o!=="1")return;let a=e+l*900,d=r.at(-1);d?.end===a?d.end+=900:r.push({start:Math.max(a,t),end:a+900})});let s=r.find(({end:o})=>n!==null&&n<=o&&n>o-900);return s&&n!==null&&(s.end=n),r}function _n(i,e,t){let[n,r]=i.split(":").map(Number);if(n===void 0||r===void 0||Number.isNaN(n+r))return null;let s=Math.floor(e/60)*60,o=t.parts(s),l=(n*60+r-o.hour*60-o.minute+1440)%1440||1440,a=s+l*60;return[a,a-3600,a+3600].find(p=>{let{hour:c,minute:u}=t.parts(p);return p>e&&c===n&&u===r})??a}var N=34,C=31,ki=7,bn={unknown:27,planned:16,ran:12,expected:20,ghost:16,missed:14,failed:12,doubtful:12,skipped:22},Ai={confirmed:"l2.5 2.5 4.5 -5",failed:"m.5 -3.5 6 6 m0 -6 -6 6",doubtful:"m1 -2 a2.4 2.2 0 1 1 2.5 2.6 v1.2 m0 2.2 v.1",skipped:"h6",added:"m0 -3.5 h7 l-3.5 6 z",removed:"m0 2.5 h7 l-3.5 -6 z"},Si=5,Ei={failed:"failed",doubtful:"doubtful",skipped:"skipped"},Ci=["failed","doubtful"];function Pe(i,e){let t=e/i.length,n=new Map;for(let s of Ee(i))n.set(s.state,(n.get(s.state)??"")+Ti(s,t));return{states:Object.keys(bn).flatMap(s=>{let o=n.get(s);return o===void 0?[]:[[s,o]]}),marks:[...Mi(i,t)]}}function Ti({from:i,to:e,state:t},n){let r=i*n+.5,s=Math.max(e*n-.5,r+1),o=bn[t]??C;switch(t){case"failed":return Oi(r,s,o);case"doubtful":return wn(r,s,o,2,4);case"unknown":return wn(r,s,o,1,4);case"missed":case"ghost":return st(r+.5,s-.5,o+.5,C-.5);default:return st(r,s,o,C)}}function st(i,e,t,n){let r=Math.max(0,Math.min(3,(e-i)/2)),[s,o]=[$(i),$(e)];return`M${s} ${n}V${t+r}Q${s} ${t} ${$(i+r)} ${t}H${$(e-r)}Q${o} ${t} ${o} ${$(t+r)}V${n}Z`}function Oi(i,e,t){let n=Math.max(1,Math.round((e-i)/6)),r=(e-i)/n/2,s=`M${$(i)} ${C}V${t+4}`;for(let o=0;o<n;o++)s+=`l${$(r)} -4 ${$(r)} 4`;return`${s}V${C}Z`}function wn(i,e,t,n,r){let s="";for(let o=i;o<e;o+=r)s+=`M${$(o)} ${C}V${t}H${$(Math.min(o+n,e))}V${C}Z`;return s}function Mi(i,e){let t=[];i.forEach((o,l)=>{let a=i[l-1],d=l*e,p=o.row;if(p&&p!==a?.row){let c=Ei[o.state]??(Ri(o,a)?"confirmed":void 0);c&&t.push({mark:c,x:d})}o.changed&&o.changed!==a?.changed&&t.push({mark:o.changed,x:d})});let n=o=>Ci.includes(o)?0:1;t.sort((o,l)=>n(o.mark)-n(l.mark));let r=[],s=new Map;for(let{mark:o,x:l}of t)r.some(a=>Math.abs(a-l)<ki+1)||(r.push(l),s.set(o,`${s.get(o)??""}M${$(l)} ${Si}${Ai[o]}`));return s}function Ri(i,e){return i.state==="ran"&&i.row?.outcome==="acknowledged"&&e?.state!=="ran"}function Hi(i,e,t){let n=(i-e.start)/900/e.count*t;return n>=0&&n<=t?n:void 0}function Pi(i,e,t){let n=r=>Math.max(0,Math.min(t,(r-e.start)/900/e.count*t));return He(i).map(({start:r,end:s})=>[n(r),n(s)]).filter(([r,s])=>s>r).map(([r,s])=>st(r+1,s-1,11,C)).join("")}function $(i){return String(Math.round(i*10)/10)}function vn(i,e,t){let{slots:n,span:r,width:s,selected:o}=t,l=s/n.length,a=$(r.present*l),d=i.wished_end===null?void 0:Hi(i.wished_end,r,s),p=t.ticks.map(c=>`M${$(c)} 10V${C}`).join("");return A`<svg width=${$(s)} height=${N} viewBox="0 0 ${$(s)} ${N}" aria-hidden="true" focusable="false">
    <path class="before" d="M0 10H${a}V${C}H0Z"></path>
    <path class="grid" d="${p}M0 ${C}.5H${$(s)}"></path>
    ${o===void 0?"":A`<rect class="selected" x=${$(o*l-1)} y="9" width=${$(l+2)} height=${N-9} rx="2"></rect>`}
    ${e.states.map(([c,u])=>A`<path class=${c} d=${u}></path>`)}
    ${e.marks.map(([c,u])=>A`<path class="mark ${c}" d=${u}></path>`)}
    ${d===void 0?"":A`<path class="wish ${i.late?"late":""}" d="M${$(d)} ${C}V1l7 2.5 -7 2.5"></path>`}
    ${t.would?A`<path class="preview" d=${Pi(t.would,r,s)}></path>`:""}
    <path class="now" d="M0 8V${N}"></path>
  </svg>`}var Li=[1,2,3,4,6,12,24],ot=44;function xn(i,e,t){let n=e/i.count*(3600/900),r=Li.find(o=>o*n>=ot)??24,s=[];for(let o=Math.ceil(i.start/900)*900;o<=i.start+i.count*900;o+=900){let{hour:l,minute:a}=t.parts(o);if(a||l%r)continue;let d=(o-i.start)/900/i.count*e;s.length&&d-s.at(-1).x<ot/2||s.push({x:d,text:l?t.hour(o):t.day(o),day:!l})}return s}function $n(i,e,t,n){let r=s=>s>8&&s<e-8&&Math.abs(s-t)>ot*.75;return f`<div class="axis" aria-hidden="true">
    ${i.filter(s=>r(s.x)).map(s=>f`<span class="tick ${s.day?"day":""}" style="left:${s.x}px">${s.text}</span>`)}
    <span class="here">${n("now")}</span>
  </div>`}var Ni=[{word:"state_ran",state:"ran"},{word:"legend_confirmed",mark:"confirmed"},{word:"state_failed",state:"failed",mark:"failed"},{word:"state_doubtful",state:"doubtful",mark:"doubtful"},{word:"state_skipped",state:"skipped",mark:"skipped"},{word:"state_missed",state:"missed"},{word:"state_unknown",state:"unknown"},{word:"state_planned",state:"planned"},{word:"state_expected",state:"expected"},{word:"state_ghost",state:"ghost"},{word:"legend_changed",mark:"added"},{word:"legend_wished",mark:"wish"}];function kn(i,e){let t=Ni.filter(({state:n,mark:r})=>i.has(n??r??""));return t.length?f`<ul class="legend" aria-label=${e("legend")}>
    ${t.map(n=>f`<li><svg width="18" height=${N} viewBox="0 0 18 ${N}" aria-hidden="true" focusable="false">${zi(n)}</svg>${e(n.word)}</li>`)}
  </ul>`:m}function zi({state:i,mark:e}){if(e==="wish")return A`<path class="wish" d="M6 31V8l7 2.5 -7 2.5"></path>`;let t=Array.from({length:3},()=>({at:0,state:i??"idle"}));return A`${Pe(t,18).states.map(([n,r])=>A`<path class=${n} d=${r}></path>`)}
    ${e?A`<path class="mark ${e}" d=${Di[e]}></path>`:""}`}var Di={confirmed:"M5 22l2.5 2.5 4.5 -5",failed:"M6 1.5l6 6m0 -6l-6 6",doubtful:"M6 3a2.4 2.2 0 1 1 2.5 2.6v1.2m0 2.2v.1",skipped:"M6 16h6",added:"M5 19h7l-3.5 6z",removed:"M5 25h7l-3.5 -6z"};var Le="elfe-plan-card",Ne=6,lt=18,at=48,Ui=["entities","homes","areas","kinds"];function dt(i){let e={...i};for(let t of Ui){let n=e[t];if(n==null)delete e[t];else if(typeof n=="string")e[t]=[n];else if(!Array.isArray(n)||n.some(r=>typeof r!="string"))throw new Error(`${t}: a list of texts is expected`)}for(let[t,n]of[["hours_back",0],["hours_ahead",1]]){let r=e[t];if(r==null)delete e[t];else if(typeof r!="number"||!(r>=n&&r<=at))throw new Error(`${t}: a number from ${n} to ${at} is expected`)}return e}function K(i,e){let t=i.entities[e];if(!(t?.platform!==b||!t.device_id))return Object.values(i.entities).find(n=>n!==void 0&&n.device_id===t.device_id&&n.platform===b&&n.translation_key==="pilot"&&n.entity_id.startsWith("switch."))?.entity_id}function An(i,e){let t=e.entity_id?i.entities[e.entity_id]:void 0;return t?.area_id??(t?.device_id?i.devices[t.device_id]?.area_id:null)??void 0}function Sn(i,e){let t=K(i,e);return t?{config:{type:`custom:${Le}`,entities:[t]}}:null}var qi=["dishwasher","washing_machine","tumble_dryer","water_heater","heater","controlled_heater","electric_car","electric_bike","electric_forklift","generic_machine"];async function En(){let i=M(S()),e=await Ii(),t=n=>({number:{min:n,max:at,mode:"box",step:1}});return{schema:[{name:"title",selector:{text:{}}},{name:"entities",selector:{entity:{multiple:!0,filter:[{integration:b,domain:"switch"}]}}},...e.length>1?[{name:"homes",selector:{select:{multiple:!0,custom_value:!0,options:e}}}]:[],{name:"areas",selector:{area:{multiple:!0}}},{name:"kinds",selector:{select:{multiple:!0,mode:"dropdown",options:qi.map(n=>({value:n,label:i(`kind_${n}`)}))}}},{type:"grid",name:"",schema:[{name:"hours_back",default:Ne,selector:t(0)},{name:"hours_ahead",default:lt,selector:t(1)},{name:"health",default:!0,selector:{boolean:{}}},{name:"legend",default:!0,selector:{boolean:{}}}]}],computeLabel:({name:n})=>n?i(`config_${n}`):void 0,computeHelper:({name:n})=>n==="entities"?i("config_entities_help"):void 0,assertConfig:n=>{dt(n)}}}async function Ii(){let i=document.querySelector("home-assistant");try{let e=await i?.hass?.callWS({type:`${b}/overview`});return[...new Set(e?.entries.flatMap(t=>t.homes))].sort()}catch{return[]}}var Wi=6*3600;function Cn(i,e,t,n){let r=Object.entries(e);return r.length?f`<div class="health" role="group" aria-label=${n("health")}>
    ${r.map(([,s])=>{let o=r.length>1?s.title:void 0;return f`<span class="entry">
        ${o?f`<b>${o}</b>`:m} ${Fi(i,s,t,n)}
      </span>`})}
  </div>`:m}function Fi(i,e,t,n){let r=(u,h,g)=>f`<span class="chip ${u}"><ha-icon icon=${h} aria-hidden="true"></ha-icon>${g}</span>`,s=[],o=(u,h)=>s.push(r("wrong",u,h));e.running||o("mdi:pause-circle-outline",n("not_running")),e.ems||o("mdi:database-off-outline",n("no_ems")),e.broker||o("mdi:lan-disconnect",n("no_broker"));let l=!s.length,a=(u,h,g=!0)=>{g&&u!==null&&t-u>Wi?o("mdi:clock-alert-outline",h):u!==null&&l?s.push(r("well","mdi:check-circle-outline",h)):s.push(r("","mdi:clock-outline",h))},d=u=>ji(Math.max(0,t-u),n),p=e.makers??[];for(let{kind:u,title:h,state:g,well:y,at:v}of p){let _=v===null?n("plan_none"):n(u==="planner"?"planned_ago":"read_ago",{age:d(v)}),k=y?_:`${Bi(i,u,g)} · ${_}`,x=n("maker",{title:h,told:k});y?a(v,x):o("mdi:alert-outline",x)}let c=e.plan_at;return p.length||a(c,c===null?n("plan_none"):n("plan_age",{age:d(c)}),e.server??!0),s}function Bi(i,e,t){return Te(i,`sensor.${e==="planner"?"planner_state":e}.state.${t}`)||(t??"")}function ji(i,e){let t=Math.floor(i/60);if(t<1)return e("moment");if(t<90)return e("minutes",{count:t});let n=Math.round(t/60);return n<48?e("hours",{count:n}):e("days",{count:Math.round(n/24)})}function X(i,e,t,n){switch(i.state){case"ready":return n?le(i,D(n),e):"";case"disconnected":return i.appliances.size?e("stale",{time:t.time(i.heardAt)}):e("disconnected");case"failed":return e("failed",{problem:i.problem});default:return e(i.state)}}function le(i,e,t){let n=i.away[e];if(!n)return"";let r=Object.keys(i.health).length+Object.keys(i.away).length>1,s=t(`away_${n.state}`,{entry:`ELFE Commande${r?` (${n.title})`:""}`});return[...i.appliances.values()].some(l=>D(l)===e)?`${s} ${t("known_before")}`:s}function Tn(i,e,t,n,r){let{word:s}=e.teller;return f`<div class="detail" role="region" aria-label=${s("more",{name:t.name})}>
    <div class="told">
      <p class="what"><b>${n.range}</b> <span class="state">${n.state}</span></p>
      ${n.why?f`<p class="reason">${n.why}</p>`:m}
      ${n.facts.length?f`<p class="facts">${n.facts.map(o=>f`<span>${o}</span>`)}</p>`:m}
    </div>
    <button class="close" aria-label=${s("close")} title=${s("close")} @click=${()=>i.close()}>
      <ha-icon icon="mdi:close" aria-hidden="true"></ha-icon>
    </button>
    ${Vi(i,e,t,r)}
  </div>`}function Vi(i,e,t,n){let{can:r,id:s,wished_end:o,running:l}=t,{word:a,clock:d}=e.teller;if(!r.length)return m;if(n?.step==="confirm")return Gi(i,e,t,n);let p=n?.step==="working"||n?.step==="checking"?n.wish:void 0,c=_=>p!==void 0&&hn(p,_),u=_=>()=>i.ask(s,_),h=(_,k,x)=>f`<button class="do" ?disabled=${c(x)} @click=${u(x)}>
      <ha-icon icon=${_} aria-hidden="true"></ha-icon>${k}
    </button>`,g=_=>{_.preventDefault();let k=_.target.querySelector("input"),x=k&&_n(k.value,i.now(),d);x&&i.ask(s,{what:"deadline",at:x})},y=r.includes("mode"),v=U(t);return f`<div class="controls">
      ${r.includes("start")&&!l?h("mdi:play",a("start"),{what:"start"}):m}
      ${y&&!r.includes("deadline")&&!(l&&!v)?h("mdi:power",a("keep_on"),{what:"mode",mode:"forced_on"}):m}
      ${y?h("mdi:power-off",a("keep_off"),{what:"mode",mode:"forced_off"}):m}
      ${r.includes("pilot")?v?h("mdi:hand-back-right-outline",a("take_over"),{what:"pilot",on:!1}):h("mdi:calendar-clock",a("give_back"),{what:"pilot",on:!0}):m}
      ${r.includes("deadline")?f`<form class="deadline" @submit=${g}>
              <label>${a("ready_by")} <input type="time" required .value=${o?d.input(o):""} /></label>
              <button class="do">${a("set")}</button>
            </form>`:m}
    </div>
    ${Ki(n,e)}`}function Ki(i,{teller:{word:e}}){if(i?.step==="problem")return f`<p class="problem" role="alert">${i.problem}</p>`;let t=i?.step==="working"?e("working"):i?.step==="checking"?e("checking"):i?.step==="done"?e("done"):"";return f`<p class="asked" role="status">${t}</p>`}function Gi(i,e,t,n){let{word:r}=e.teller,{wish:s,simulation:o}=n,l={start:r("start"),deadline:r("set"),pilot:r(s.what==="pilot"&&s.on?"give_back":"take_over"),mode:r(s.what==="mode"&&s.mode==="forced_off"?"keep_off":"keep_on")};return f`<div class="confirm" role="group" aria-label=${l[s.what]}>
    ${o?f`<p class="would ${o.late?"late":""}">${Zi(o,e)}</p>`:m}
    ${o?.notes.map(a=>f`<p class="note">${V(a.text,e.teller)}</p>`)}
    <div class="controls">
      <button class="do main" @click=${()=>i.confirm(t.id)}>${l[s.what]}</button>
      <button class="do" @click=${()=>i.cancel(t.id)}>${r("cancel")}</button>
    </div>
  </div>`}function Zi(i,{teller:{word:e,clock:t,now:n}}){let r=i.ready_at,s=He(i).slice(0,3),o=s.map(({start:a,end:d})=>e("run",{start:t.moment(a,n),end:t.time(d)}));if(!o.length&&i.slots.includes("-")&&r===null)return e("would_open");let l=[o.length?e("would",{runs:o.join(", ")}):e("would_not_run")];return r!==null&&r!==s.at(-1)?.end&&l.push(e("would_ready",{time:t.moment(r,n)})),i.late&&l.push(e("would_late")),l.join(" · ")}var Yi={dishwasher:"mdi:dishwasher",washing_machine:"mdi:washing-machine",tumble_dryer:"mdi:tumble-dryer",water_heater:"mdi:water-boiler",heater:"mdi:radiator",controlled_heater:"mdi:thermostat",electric_car:"mdi:car-electric",electric_bike:"mdi:bicycle-electric",electric_forklift:"mdi:forklift",generic_machine:"mdi:engine"};function On(i,e,{appliance:t,slots:n,drawing:r},s){let{word:o}=e.teller,{id:l,name:a}=t,d=s.current||s.open?en(t,n,s.index,e.span,e.teller):void 0,p=ct(t,e.teller),c=V(t.decision.sentence,e.teller),u=s.open||s.current?s.index:void 0,h=s.asking?.step==="confirm"?s.asking.simulation:null,g=v=>{let _=v.currentTarget.getBoundingClientRect(),k=Math.floor((v.clientX-_.left)/_.width*n.length);i.select(l,Math.max(0,Math.min(n.length-1,k)),!0)},y=()=>s.open?i.close():i.select(l,e.span.present,!0);return f`<div class="row ${s.open?"open":""} ${s.old?"old":""}" role="group" aria-label=${a} data-id=${l}>
    <div class="info">
      <ha-icon
        class="icon ${t.running?"on":""} ${t.connected===!1?"away":""}"
        icon=${Yi[t.kind??""]??"mdi:power-plug"}
        aria-hidden="true"
      ></ha-icon>
      <button class="about" aria-expanded=${s.open} @click=${y}>
        <span class="line">
          <span class="name">${a}</span>
          <span class="watts">${t.running&&t.power?nt(t.power,e.teller):""}</span>
          <span class="next">${p}</span>
        </span>
        <span class="why">${c}</span>
        ${Qi(t,e)}
      </button>
      ${Xi(i,e,t,s.asking)}
    </div>
    <div
      class="strip"
      role="slider"
      tabindex=${s.current?0:-1}
      aria-label=${o("strip_of",{name:a})}
      aria-describedby="help"
      aria-orientation="horizontal"
      aria-valuemin="0"
      aria-valuemax=${n.length-1}
      aria-valuenow=${s.index}
      aria-valuetext=${d?tn(d):c||o("now")}
      style="height:${N}px"
      @click=${g}
      @keydown=${v=>i.key(v,l)}
    >
      ${e.width?xe([e,r,t.wished_end,t.late,u,h],()=>vn(t,r,{slots:n,span:e.span,width:e.width,ticks:e.ticks,selected:u,would:h})):m}
    </div>
    ${d&&s.open?Tn(i,e,t,d,s.asking):m}
    ${!s.open&&s.asking?Ji(s.asking,e):m}
  </div>`}function Ji(i,{teller:{word:e}}){if(i.step==="problem")return f`<p class="problem" role="alert">${i.problem}</p>`;let t=i.step==="done"?e("done"):e("working");return f`<p class="asked" role="status">${t}</p>`}function ct(i,{word:e,clock:t,now:n}){let r=Jt(i,n);if(!r)return"";if(r.running)return r.end===null?e("running"):e("until",{end:t.moment(r.end,n)});let s=t.moment(r.start,n);return r.end===null?e("run_open",{start:s}):e("run",{start:s,end:t.time(r.end)})}function Qi(i,e){let{word:t}=e.teller,n=Xt(i,e.teller),r=ae(i)?Qt(i,e.teller):"",s=[n&&f`<span class="chip late"><ha-icon icon="mdi:flag-outline" aria-hidden="true"></ha-icon>${n}</span>`,i.connected===!1&&f`<span class="chip away"><ha-icon icon="mdi:lan-disconnect" aria-hidden="true"></ha-icon>${t("offline")}</span>`,r&&f`<span class="chip new"><ha-icon icon="mdi:update" aria-hidden="true"></ha-icon>${r}</span>`].filter(Boolean);return s.length?f`<span class="chips">${s}</span>`:m}function Xi(i,{teller:{word:e}},t,n){if(!t.can.includes("pilot"))return m;let r=n?.wish,s=n?.step==="working"&&r?.what==="pilot",o=s?r.on:U(t);return f`<button
    class="pilot ${s?"working":""}"
    role="switch"
    aria-checked=${o}
    aria-label=${e("follow_of",{name:t.name})}
    title=${e("follow")}
    @click=${()=>i.ask(t.id,{what:"pilot",on:!o})}
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
  `];var er=2e4,tr=4e3,nr=12e4,pt=class extends O{constructor(){super(...arguments);this.ticks=[];this.width=0;this.rows=new Map;this.collator=new Intl.Collator;this.askings=new Map;this.order=[];this.sizes=new ResizeObserver(()=>this.measure())}static{this.styles=Mn}static{this.getConfigForm=En}static getStubConfig(){return{}}setConfig(t){this.config=dt(t),this.frame=void 0,this.listen(),this.requestUpdate()}set hass(t){let n=this._hass;this._hass=t;let r=this.config?.entities!==void 0&&n?.entities!==t.entities;(n?.connection!==t.connection||r)&&this.listen(),n?.localize!==t.localize&&Oe(t,()=>this.redraw());let s=this.config?.areas!==void 0;(n?.locale!==t.locale||n.localize!==t.localize||s&&(n.entities!==t.entities||n.devices!==t.devices))&&this.redraw()}redraw(){this.frame=void 0,this.requestUpdate()}getCardSize(){return 2+Math.max(1,this.order.length)*2}getGridOptions(){return{columns:"full",min_columns:6,rows:"auto"}}connectedCallback(){super.connectedCallback(),this.listen(),this.timer=setInterval(()=>this.tick(),er)}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.timer),this.sizes.disconnect(),this.observed=void 0,this.feed?.close(),this.feed=void 0}listen(){let{_hass:t,config:n,feed:r}=this;if(!t||!n||!this.isConnected)return;let s=n.homes?.length===1?n.homes[0]:void 0,o=n.entities?.map(a=>K(t,a)??a),l={hours_back:n.hours_back??Ne,...n.config_entry_id?{config_entry_id:n.config_entry_id}:{},...s?{home:s}:{},...o?.length?{entity_ids:o}:{}};r?.isOf(t.connection,l)||(r?.close(),this.feed=new Q(t.connection,l,()=>this.requestUpdate()))}tick(){!this.feed||!this._hass||document.hidden||this.requestUpdate()}measure(){let t=this.renderRoot.querySelector(".axis")?.offsetWidth??0;t&&t!==this.width&&(this.width=t,this.frame=void 0,this.requestUpdate())}framed(t,n){let{config:r}=this,s=n.now(),o=Ae(s,r?.hours_back??Ne,r?.hours_ahead??lt),l=this.frame;if(l&&l.span.start===o.start&&l.hass.localize===t.localize)return l;this.collator=new Intl.Collator(t.locale.language,{numeric:!0});let a=Me(t,s);return this.ticks=this.width?xn(o,this.width,a.clock):[],this.frame={hass:t,span:o,width:this.width,ticks:this.ticks.map(d=>d.x),teller:a},this.rows.clear(),this.frame}shown(t,n){let{homes:r,areas:s,kinds:o,entities:l}=this.config??{},a=[...n.appliances.values()].filter(u=>(u.mode!=="not_piloted"||l?.length)&&(!r?.length||r.includes(u.home))&&(!o?.length||o.includes(u.kind??""))&&(!s?.length||s.includes(An(t,u)??""))),{compare:d}=this.collator;if(a.sort((u,h)=>d(u.home,h.home)||d(u.name,h.name)),!l?.length)return a;let p=new Map(l.map((u,h)=>[K(t,u)??u,h])),c=u=>p.get(u.entity_id??"")??l.length;return a.sort((u,h)=>c(u)-c(h))}rowOf(t,n){let r=this.rows.get(t.id);if(r?.appliance===t)return r;if(r&&Zt(r.appliance,t)){let d={...r,appliance:t};return this.rows.set(t.id,d),d}let s=r!==void 0&&r.appliance.past===t.past,o=Se(t,n.span,s?r.slots:void 0),l=r&&Yt(r.slots,o)?r.drawing:Pe(o,n.width),a={appliance:t,slots:o,drawing:l};return this.rows.set(t.id,a),a}render(){let{config:t,_hass:n,feed:r}=this;return!t||!n?m:f`<ha-card .header=${t.title}>
      <div class="card ${t.title?"titled":""}">${r?this.content(t,n,r):m}</div>
    </ha-card>`}content(t,n,r){let s=this.framed(n,r),{word:o}=s.teller,l=this.shown(n,r),a=l.map(y=>this.rowOf(y,s));this.order=l.map(y=>y.id),(this.current===void 0||!this.order.includes(this.current))&&(this.current=this.order[0],this.at=void 0),this.open!==void 0&&!this.order.includes(this.open)&&(this.open=void 0);let d=new Set(l.map(D)),p=Object.fromEntries(Object.entries(r.health).filter(([y])=>!l.length||d.has(y))),c=Object.values(p).some(y=>y.shadow),u=this.notice(r,d,s.teller),h=new Set(l.map(y=>y.home)).size>1,g=(r.now()-s.span.start)/900/s.span.count*s.width;return f`
      ${t.health===!1||r.state!=="ready"?m:Cn(n,p,r.now(),o)}
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
    `}notice(t,n,{word:r,clock:s}){let o=(p,c="status")=>f`<p class="notice" role=${c}>${p}</p>`,l=X(t,r,s);if(l)return o(l,t.state==="failed"?"alert":"status");let a=([p,{state:c}])=>!n.size||n.has(p)||!this.filtered()&&c!=="disabled",d=Object.entries(t.away).filter(a);return d.length?f`${d.map(([p])=>o(le(t,p,r)))}`:n.size?m:o(r(t.appliances.size||this.filtered()?"empty_filtered":"empty"))}filtered(){let{entities:t,homes:n,areas:r,kinds:s,config_entry_id:o}=this.config??{};return[t,n,r,s].some(l=>l?.length)||o!==void 0}updated(){let t=this.renderRoot.querySelector(".axis")??void 0;t&&t!==this.observed&&(this.sizes.disconnect(),this.sizes.observe(t),this.observed=t),this.width||this.measure()}now(){return this.feed?.now()??Date.now()/1e3}select(t,n,r){let s=this.frame?.span;this.current=t,this.at=!s||n===s.present?void 0:s.start+n*900,(r||this.open!==void 0)&&(this.open=t),this.requestUpdate()}indexIn({start:t,present:n,count:r}){return this.at===void 0?n:Math.max(0,Math.min(r-1,(this.at-t)/900))}close(){let t=this.open;this.open=void 0,this.requestUpdate(),t&&this.focusOn(t)}async focusOn(t){await this.updateComplete,this.renderRoot.querySelector(`[data-id="${CSS.escape(t)}"] .strip`)?.focus()}key(t,n){let{span:r}=this.frame??{};if(!r)return;let s=r.count-1,o=this.order.indexOf(n),l=t.shiftKey?4:1,a=this.current===n?this.indexIn(r):r.present,d=n;switch(t.key){case"ArrowRight":a+=l;break;case"ArrowLeft":a-=l;break;case"PageUp":a+=4;break;case"PageDown":a-=4;break;case"ArrowDown":d=this.order[o+1]??n;break;case"ArrowUp":d=this.order[o-1]??n;break;case"Home":a=0;break;case"End":a=s;break;case"Enter":case" ":return t.preventDefault(),this.open===n&&t.key===" "?this.close():this.select(n,a,!0);case"Escape":return this.open===void 0?void 0:(t.preventDefault(),this.close());default:return}t.preventDefault(),this.select(d,Math.max(0,Math.min(s,a)),!1),d!==n&&this.focusOn(d)}ask(t,n){this.isUnheard(t,n)||(n.what==="start"||n.what==="deadline"?this.check(t,n):this.carryOut(t,n))}confirm(t){let n=this.askings.get(t);n&&(this.isUnheard(t,n.wish)||this.carryOut(t,n.wish),this.focusOn(t))}isUnheard(t,n){let{feed:r,frame:s}=this,o=r?.appliances.get(t);if(!r||!s||!o)return!0;let l=X(r,s.teller.word,s.teller.clock,o);return l&&this.fail(t,n,l),l!==""}cancel(t){this.become(t,void 0),this.focusOn(t)}async check(t,n){let{_hass:r,frame:s}=this,o=this.feed?.appliances.get(t);if(!r||!s||!o)return;let l=this.become(t,{step:"checking",wish:n}),a=await yn(r,o,n,s.teller.word);if(this.askings.get(t)===l){if(a===null)return this.carryOut(t,n);"problem"in a?this.fail(t,n,a.problem):(this.become(t,{step:"confirm",wish:n,simulation:a}),await this.updateComplete,this.renderRoot.querySelector(".confirm .main")?.focus())}}async carryOut(t,n){let{_hass:r,frame:s}=this,o=this.feed?.appliances.get(t);if(!r||!s||!o)return;let l=this.become(t,{step:"working",wish:n}),a=await mn(r,o,n,s.teller.word);this.askings.get(t)===l&&(a?this.fail(t,n,a):this.forget(t,this.become(t,{step:"done",wish:n}),tr))}fail(t,n,r){this.forget(t,this.become(t,{step:"problem",wish:n,problem:r}),nr)}forget(t,n,r){setTimeout(()=>{this.askings.get(t)===n&&this.become(t,void 0)},r)}become(t,n){return n?this.askings.set(t,n):this.askings.delete(t),this.requestUpdate(),n}};function ir(i){let e=new Set;for(let{appliance:t,drawing:n}of i){for(let[r]of n.states)e.add(r);for(let[r]of n.marks)e.add(r==="removed"?"added":r);t.wished_end&&e.add("wish")}return e}R(Le,pt);un({type:Le,get name(){return`ELFE Commande: ${M(S())("card_name")}`},get description(){return M(S())("card_description")},preview:!0,documentationURL:ln,getEntitySuggestion:Sn});var mt="elfe-next-run",rr=24,sr=6e4,ht=class extends O{static{this.styles=[ut,G`
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
    `]}static getStubConfig(){return{type:`custom:${mt}`}}setConfig(){}set hass(e){let t=this._hass;this._hass=e,(t?.connection!==e.connection||t.entities!==e.entities)&&this.listen(),t?.localize!==e.localize&&Oe(e,()=>this.requestUpdate()),(t?.locale!==e.locale||t.localize!==e.localize)&&this.requestUpdate()}set context(e){e?.entity_id!==this.entityId&&(this.entityId=e?.entity_id,this.listen())}connectedCallback(){super.connectedCallback(),this.listen(),this.timer=setInterval(()=>document.hidden||this.requestUpdate(),sr)}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.timer),this.feed?.close(),this.feed=void 0}listen(){let{_hass:e,entityId:t,feed:n}=this,r={entity_ids:[(e&&K(e,t??""))??t??""],hours_back:0};e&&n?.isOf(e.connection,r)||(n?.close(),this.feed=void 0,!(!e||!t||!this.isConnected)&&(this.feed=new Q(e.connection,r,()=>this.requestUpdate())))}render(){let{feed:e,_hass:t}=this;if(!e||!t)return m;let n=Me(t,e.now()),{word:r,clock:s,now:o}=n,[l]=e.appliances.values();if(!l){let[h]=Object.keys(e.away),g=X(e,r,s)||h&&le(e,h,r)||r("empty");return f`<div class="next"><span class="text" title=${g}>${g}</span></div>`}let a=Ae(o,0,rr),d=Se(l,a),p=X(e,r,s,l),c=V(l.decision.sentence,n),u=p||ct(l,n)||c||r("no_run");return f`<div class="next ${p?"old":""}">
      <span class="text" title=${p||c||u}>${u}</span>
      <svg viewBox="0 0 ${a.count} 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <rect class="base" y="3" width=${a.count} height="4" rx="0.5"></rect>
        ${Ee(d).map(h=>A`<rect class=${h.state} x=${h.from} y="1" width=${h.to-h.from} height="8"></rect>`)}
      </svg>
    </div>`}};R(mt,ht);pn({type:mt,get name(){return`ELFE Commande: ${M(S())("feature_name")}`},isSupported:(i,{entity_id:e})=>e!==void 0&&K(i,e)!==void 0});var or="custom:elfe-plan-card",ar=6,lr=12,dr=12,cr=100,ur=["net_power","surplus","energy_taken","energy_given","meter_connection"],pr=["ups_status","ups_on_battery","ups_charge","ups_input_voltage"],hr=["planner_state","planned_cost_today","planned_cost_tomorrow","planned_sun_today","planned_savings_today","plan_now"],mr=["lifecycle","device_connection","ems_connection","run_cycle"],De=class{constructor(e){this.byDevice=new Map;for(let t of Object.values(e)){if(t?.platform!==b||!t.device_id||fr(t))continue;let n=this.byDevice.get(t.device_id);n?n.push(t):this.byDevice.set(t.device_id,[t])}}of(e,t){return(e===null?void 0:this.byDevice.get(e))?.find(r=>r.translation_key===t)?.entity_id}all(e,t){return t.map(n=>this.of(e,n)).filter(n=>n!==void 0)}};function fr(i){return i.hidden===!0}function Rn({entries:i,away:e},t,n,r={}){let s=r.config_entry_ids,o=u=>!s?.length||s.includes(u),l=i.filter(u=>o(u.entry_id)),a=l.flatMap(u=>gr(u,n)),d=Object.entries(e).filter(([u,{state:h}])=>o(u)&&!(a.length&&h==="disabled"));!a.length&&!d.length&&a.push(Ue(n("empty"))),a.unshift(...d.map(([,{state:u,title:h}])=>Ue(n(`away_${u}`,{entry:h}))));let p=[...yr(r.also??[]),...l.flatMap(u=>_r(u,t,n)),...l.flatMap(u=>br(u,t,n,l.length>1))];a.push(...wr(l,t,n,r.hours_to_show??6),...vr(l,t,n));let c=[{type:"grid",column_span:2,cards:a}];return p.length&&c.push({type:"grid",cards:p}),{type:"sections",max_columns:3,sections:c}}function qe(i){return{type:"sections",max_columns:3,sections:[{type:"grid",cards:[Ue(i("absent"))]}]}}function Hn(i,e,t){let n=e===void 0?i?.title:Pn(i,e,t);return[de(n??t("appliances"),"mdi:home-outline"),ft(i,e)]}function ft(i,e,t={}){return{type:or,...i&&{config_entry_id:i.entry_id},...e!==void 0&&{homes:[e]},...t,grid_options:{columns:"full"}}}function gr(i,e){return i.equipments.length?i.homes.length>ar?[de(i.title,"mdi:home-group"),ft(i,void 0)]:i.homes.flatMap((t,n)=>[de(Pn(i,t,e),"mdi:home-outline"),ft(i,t,n?{health:!1,legend:!1}:{})]):[]}function Pn(i,e,t){return i?.local?e:t("home",{home:e})}function yr(i){return i.flatMap(e=>[...e.heading?[de(e.heading,e.icon??"mdi:information-outline")]:[],...e.text?[Ue(e.text)]:[],...(e.entities??[]).map(t=>Nn(t))])}function _r(i,e,t){let n=l=>(i.devices??[]).filter(a=>a.kind===l),r=(l,a,d)=>l.flatMap(({device_id:p})=>e.all(p,a).map(c=>Nn(c,d))),s={name:{type:"device"}},o=r(n("screen").slice(0,lr),["screen_connection"],s);return[...n("planner").flatMap(l=>H(t("planner"),"mdi:calendar-clock",ze(e.all(l.device_id,hr)))),...n("meter").flatMap(l=>H(l.name??"","mdi:meter-electric",ze(e.all(l.device_id,ur)))),...n("ups").flatMap(l=>H(l.name??"","mdi:power-plug-battery",ze(e.all(l.device_id,pr)))),...H(t("rules"),"mdi:solar-power",[...r(n("surplus_rule"),["rule_reason"],{...s,grid_options:Ie})]),...H(t("plan_sources"),"mdi:calendar-import",r(n("plan_source"),["plan_source"],s)),...H(t("screens"),"mdi:tablet-dashboard",o),...H(t("panels"),"mdi:gesture-tap-button",r(n("panel"),["panel_last_press"],s))]}function wr(i,e,t,n){let r=i.flatMap(a=>(a.devices??[]).filter(d=>d.kind==="meter").map(({device_id:d})=>({entity:e.of(d,"net_power")}))),s=new Set(i.flatMap(a=>a.homes)).size>1,o=i.flatMap(a=>a.equipments.map(d=>({entity:e.of(d.device_id,"load_power"),name:s?`${d.name} ${d.home}`:d.name}))),l=[...r,...o].filter(a=>a.entity!==void 0);return l.length?H(t("power"),"mdi:flash",[{type:"history-graph",entities:l.slice(0,dr),hours_to_show:n,grid_options:Ie}]):[]}function br(i,e,t,n){let r=(i.devices??[]).find(o=>o.kind==="hub")?.device_id??null,s=n?t("health_of",{entry:i.title}):t("health");return H(s,"mdi:heart-pulse",ze(e.all(r,mr)))}function vr(i,e,t){let n=i.flatMap(r=>r.equipments.map(s=>e.of(s.device_id,"pilot"))).filter(r=>r!==void 0);return n.length?H(t("record"),"mdi:history",[{type:"logbook",target:{entity_id:n.slice(0,cr)},hours_to_show:12,grid_options:{columns:"full",rows:8}}]):[]}var Ie={columns:"full"},Ln={type:"entity"};function H(i,e,t){return t.length?[de(i,e),...t]:[]}function de(i,e){return{type:"heading",heading:i,icon:e}}function Ue(i){return{type:"markdown",content:i,grid_options:Ie}}function ze(i){return i.length?[{type:"entities",entities:i.map(t=>({entity:t,name:Ln})),state_color:!0,show_header_toggle:!1,grid_options:Ie}]:[]}function Nn(i,e={}){return{type:"tile",entity:i,name:Ln,grid_options:{columns:6},...e}}async function We(i){try{let{entries:e,away:t={}}=await i.callWS({type:`${b}/overview`});return{entries:e,away:t}}catch(e){if(e?.code==="unknown_command")return;throw e}}var zn=new WeakMap;function Dn(i){let e=zn.get(i.entities);if(!e){let t=Object.values(i.entities).filter(n=>n?.platform===b);e={shape:t.map(n=>`${n.entity_id} ${n.device_id} ${n.hidden}`).sort().join(`
`),hubs:t.filter(n=>n.translation_key==="lifecycle").map(n=>n.entity_id)},zn.set(i.entities,e)}return e}function Fe(i,e){if(i.config.state!==e.config.state||i.locale.language!==e.locale.language)return!0;let t=Dn(e);return i.entities!==e.entities&&Dn(i).shape!==t.shape?!0:t.hubs.some(n=>!Un(i,n)&&Un(e,n))}function Un(i,e){let t=i.states[e]?.state;return t!==void 0&&t!=="unavailable"}var qn={name:"ELFE Commande",description:"Writes itself from what there is: homes with their plans, sun, meters, UPS, rules, screens.",section_name:"Plan of a home",section_description:"The appliances of a home with their plan, and one tap to take over.",view:"Appliances",home:"Home {home}",appliances:"Appliances",planner:"Plan and cost",plan_sources:"Where plans come from",power:"Power",rules:"Surplus rules",screens:"Wall screens",panels:"Panels",health:"Health",health_of:"Health of {entry}",record:"What happened",absent:"ELFE Commande does not run in this Home Assistant at the moment. This page writes itself as soon as it does.",empty:"There is no appliance yet, or you may not see any. Appliances are added in *Settings → Devices & services → ELFE Commande*."},xr={name:"ELFE Commande",description:"S’écrit de lui-même d’après ce qui existe : foyers et leurs plans, soleil, compteurs, onduleur, règles, écrans.",section_name:"Plan d’un foyer",section_description:"Les appareils d’un foyer avec leur plan, et un geste pour reprendre la main.",view:"Appareils",home:"Foyer {home}",appliances:"Appareils",planner:"Plan et coût",plan_sources:"D’où viennent les plans",power:"Puissance",rules:"Règles de surplus",screens:"Écrans muraux",panels:"Panneaux",health:"État de marche",health_of:"État de marche de {entry}",record:"Ce qui s’est passé",absent:"ELFE Commande ne fonctionne pas dans ce Home Assistant en ce moment. Cette page s’écrira d’elle-même dès qu’il fonctionnera.",empty:"Il n’y a pas encore d’appareil, ou vous ne pouvez en voir aucun. On en ajoute dans *Paramètres → Appareils et services → ELFE Commande*."},$r={en:qn,fr:xr};function T(i){let e=$r[i.split("-")[0]??""]??qn,t=M(i);return(n,r)=>e[n]?.replace(/\{(\w+)\}/g,(s,o)=>r?.[o]??s)??t(n,r)}var q="elfe-commande",gt=class extends HTMLElement{static async generate(e,t){let n=T(t.locale.language),r=await We(t);return r?Rn(r,new De(t.entities),n,e):qe(n)}static shouldRegenerate(e,t,n){return Fe(t,n)}};R(`ll-strategy-view-${q}`,gt);var In="mdi:home-lightning-bolt",_t="https://github.com/elfe-commande/elfe-commande/blob/main/docs/dashboards.md",yt=class extends HTMLElement{static{this.registryDependencies=[]}static generate(e,t){let n=T(t.locale.language)("view"),r={...e,type:`custom:${q}`};return Promise.resolve({views:[{title:n,path:"appliances",icon:In,strategy:r}]})}static shouldRegenerate(e,t,n){return t.locale.language!==n.locale.language}static getCreateSuggestions(e){return{title:T(e.locale.language)("view"),icon:In}}};R(`ll-strategy-dashboard-${q}`,yt);Re({type:q,strategyType:"dashboard",documentationURL:_t,get name(){return T(S())("name")},get description(){return T(S())("description")}});var wt=class extends HTMLElement{static async generate(e,t){let n=T(t.locale.language),r=await We(t);if(!r)return{type:"grid",cards:qe(n).sections[0].cards};let{entries:s}=r,{config_entry_id:o,home:l}=e,a=s.find(h=>(o===void 0||h.entry_id===o)&&(l===void 0||h.homes.includes(l))),d=s.length===1&&a?.homes.length===1?a.homes[0]:void 0,p=o!==void 0||l!==void 0||d!==void 0,c=o===void 0?void 0:r.away[o],u=a??(c&&{entry_id:o,title:c.title});return{type:"grid",cards:Hn(p?u:void 0,l??d,n)}}static shouldRegenerate(e,t,n){return Fe(t,n)}static getStubConfig(){return{}}};R(`ll-strategy-section-${q}`,wt);Re({type:q,strategyType:"section",documentationURL:_t,get name(){return T(S())("section_name")},get description(){return T(S())("section_description")}});
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
