// Sends a message by nodemailer: NPM-FOLDER PORT CA-FILE USER PASSWORD METHOD
const fs = require('node:fs');
const path = require('node:path');

const [folder, port, authority, user, pass, method] = process.argv.slice(2);
const nodemailer = require(path.join(folder, 'node_modules/nodemailer'));

const transport = nodemailer.createTransport({
    host: 'localhost',
    port: Number(port),
    requireTLS: true,
    tls: { ca: fs.readFileSync(authority) },
    authMethod: method,
    auth: { user, pass },
});
transport
    .sendMail({ from: user, to: 'someone@elsewhere.test', subject: method, text: 'Hi.' })
    .then((sent) => console.log(sent.response))
    .catch((fault) => {
        console.log(fault.message);
        process.exit(1);
    });
