// Sends a file by nodemailer: PORT SENDER FILE RECIPIENT...
const fs = require("node:fs");
const nodemailer = require("nodemailer");

const [port, from, file, ...to] = process.argv.slice(2);
const transport = nodemailer.createTransport({ host: "127.0.0.1", port: Number(port), ignoreTLS: true });
transport
  .sendMail({ envelope: { from, to, use8BitMime: true }, raw: fs.readFileSync(file) })
  .then((info) => {
    if (info.rejected.length > 0) throw new Error("refused: " + info.rejected);
  })
  .catch((error) => {
    console.error(String(error));
    process.exitCode = 1;
  });
