// `openForm(form, save)` shows a specification as a form; `save` is told what would be sent, and answers.

import { yupResolver } from "@hookform/resolvers/yup";
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { FormProvider, useForm } from "react-hook-form";
import * as yup from "yup";
import { beginningOf, blockOf, type Schema, type Values } from "./blocks";
import { Blocks } from "./parts";
import { ruleOf, sent } from "./rules";
import { cardsOf } from "./sections";

interface Form {
  spec: Schema;
  /** The saved configuration, if a source is edited. */
  saved?: Values;
}

interface Answer {
  succeeded: boolean;
  message: string;
}

type Save = (configuration: unknown) => Promise<Answer>;

function ConnectorForm({ form: { spec, saved }, save }: { form: Form; save: Save }) {
  const fields = blockOf(spec, "", true).inside;
  const rule = yup.object().shape(Object.fromEntries(fields.map((field) => [field.key, ruleOf(field)])));
  const defaultValues = saved ?? beginningOf(fields);
  const methods = useForm({ defaultValues, resolver: yupResolver(rule), mode: "onChange" });
  const [answer, setAnswer] = useState<Answer>();
  const submit = methods.handleSubmit(async (values) => setAnswer(await save(sent(rule, values))));
  return (
    <FormProvider {...methods}>
      <form onSubmit={submit} noValidate>
        {cardsOf(spec, fields).map((card) => <Card key={card.title} {...card} />)}
        {answer && <p role="alert" className={answer.succeeded ? "good" : "bad"}>{answer.message}</p>}
        <button type="submit" disabled={methods.formState.isSubmitting}>
          {saved ? "Test and save" : "Set up source"}
        </button>
      </form>
    </FormProvider>
  );
}

// A card of which everything is folded away is folded itself.
function Card({ title, sections }: ReturnType<typeof cardsOf>[number]) {
  const folded = sections.every((section) => section.folded) && title !== "";
  return (
    <section className="card">
      {!folded && title && <h2>{title}</h2>}
      {sections.map((section) => (
        <Blocks key={String(section.folded)} path="" {...section} label={folded ? title : undefined} />
      ))}
    </section>
  );
}

declare global {
  interface Window {
    openForm: (form: Form, save: Save) => void;
  }
}

window.openForm = (form, save) => {
  createRoot(document.getElementById("form")!).render(<ConnectorForm form={form} save={save} />);
};
