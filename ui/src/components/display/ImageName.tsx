import { addressInProject } from "../../api/project";
import css from "./display.module.css";

interface Props {
  name: string;
  /** Path of a small picture of it; nothing where none was kept. */
  picture?: string | null | undefined;
}

/** An image of a data set: what it shows, where that is known, and what it is called. */
export function ImageName({ name, picture }: Props) {
  return (
    <span className={css.imageName}>
      {picture ? <img src={addressInProject(picture)} alt="" width={56} height={56} loading="lazy" decoding="async" /> : null}
      <code>{name}</code>
    </span>
  );
}
