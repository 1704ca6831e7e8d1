import Reader from "react-markdown";
import remarkGfm from "remark-gfm";
import css from "./order.module.css";

const PLUGINS = [remarkGfm];

/** Markdown with tables and lists. HTML in it stays text, and links to anything but pages are dropped: react-markdown's own rule. */
export default function Markdown({ text }: { text: string }) {
  return (
    <div className={css.markdown}>
      <Reader
        remarkPlugins={PLUGINS}
        components={{
          // Headings of a note stand under the page's own.
          h1: ({ children }) => <h3>{children}</h3>,
          h2: ({ children }) => <h3>{children}</h3>,
          h3: ({ children }) => <h4>{children}</h4>,
          a: ({ href, children }) => (
            <a href={href} rel="noreferrer noopener" target="_blank">
              {children}
            </a>
          ),
          // A picture of another host would tell it who reads; the lab asks nothing of another host.
          img: ({ src, alt }) => (typeof src === "string" && src.startsWith("/") ? <img src={src} alt={alt ?? ""} /> : <span>{alt}</span>),
        }}
      >
        {text}
      </Reader>
    </div>
  );
}
