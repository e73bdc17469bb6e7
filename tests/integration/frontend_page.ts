import type { components, operations, paths } from "./intake";

type Schemas = components["schemas"];
type Body = operations["file_complaint"]["requestBody"]["content"]["application/json"];
type Filed = operations["file_complaint"]["responses"][202]["content"]["application/json"];
type Headers = operations["file_complaint"]["parameters"]["header"];
type Read = paths["/v1/complaints/{tracking_number}"]["get"];
type Status = Read["responses"][200]["content"]["application/json"];
type Problem = Read["responses"][404]["content"]["application/problem+json"];

const headers: Headers = { "Idempotency-Key": "8d3e8c1c-6f0c-4f0e-9d5a-7c6c2f7c2c11", "Accept-Language": "hi" };
const body: Body = {
  service_code: "e-complaint",
  description: "साइकिल चोरी हो गई",
  location: { lat: 25.61, lon: 85.14 },
  attributes: { category: "theft" },
};

async function file(): Promise<Filed> {
  const answer = await fetch("/v1/complaints", { method: "POST", headers: { ...headers }, body: JSON.stringify(body) });
  return (await answer.json()) as Filed;
}

function lines(status: Status): string[] {
  const station: string = status.station === null ? "" : status.station.name;
  return [status.status_text, station, status.next_step, ...status.timeline.map((item) => item.text)];
}

function wrongFields(problem: Problem): [string, string][] {
  return (problem.errors ?? []).map((error) => [error.pointer ?? "", error.message]);
}

const receipt = (filed: Filed): string => filed.receipt_secret;
const services = (page: Schemas["ServiceCatalogue"]): string[] => page.items.map((one) => one.names.hi);
export { file, lines, receipt, services, wrongFields };
