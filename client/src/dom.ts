/**
 * The few words that the pages are written in. Data reaches the document as text nodes and attributes only, never as
 * markup.
 */

/** A piece of a page that shows a value and can be given the next one. */
export interface View<T> {
  readonly element: HTMLElement;
  update(value: T): void;
}

type Child = Node | string | null | undefined | false;
type Listener = (event: Event) => void;
/** Attributes; `true` is an empty attribute, `false` and undefined are none; `onclick` and the like take a listener. */
type Attributes = Record<string, string | number | boolean | undefined | Listener>;

/** Builds an element: `h('a', {class: 'name', href}, text)`. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes?: Attributes, ...children: Child[]): HTMLElementTagNameMap[K];
export function h(tag: `${string}-${string}`, attributes?: Attributes, ...children: Child[]): HTMLElement;
export function h(tag: string, attributes: Attributes = {}, ...children: Child[]): HTMLElement {
  const element = document.createElement(tag);
  decorate(element, attributes);
  element.append(...children.filter(isPresent));
  return element;
}

/** The same for SVG. */
export function svg(tag: string, attributes: Attributes = {}, ...children: Child[]): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  decorate(element, attributes);
  element.append(...children.filter(isPresent));
  return element;
}

/** Sets the text only where it differs, so that screen readers and selections are left alone. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Shows items in order, keeping the element of each key, so that focus, images and transitions survive an update.
 * Answers the function that shows the next list.
 */
export function keyedList<T>(container: Element, keyOf: (item: T) => string, create: (item: T) => View<T>): (items: readonly T[]) => void {
  const views = new Map<string, View<T>>();
  return (items) => {
    const keys = new Set(items.map(keyOf));
    for (const [key, view] of views) {
      if (keys.has(key)) continue;
      view.element.remove();
      views.delete(key);
    }
    let place: Element | null = container.firstElementChild;
    for (const item of items) {
      const key = keyOf(item);
      const view = views.get(key) ?? create(item);
      views.set(key, view);
      view.update(item);
      if (view.element === place) place = place.nextElementSibling;
      else container.insertBefore(view.element, place);
    }
  };
}

function decorate(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.replace(/^on/, ''), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== undefined) element.setAttribute(name, String(value));
  }
}

function isPresent(child: Child): child is Node | string {
  return child !== null && child !== undefined && child !== false;
}
