// Verifies or signs messages by mailauth.
// PLACE verify KEYS FILE...          prints "FILE RESULT..." with a result for each signature
// PLACE sign KEY TYPE FILE FOLDER    signs FILE in each form into FOLDER, by a key of TYPE
// PLACE has its node_modules; KEYS has lines of a name, a blank and a record.
'use strict';

const fs = require('fs');
const path = require('path');

const [place, what, key, ...rest] = process.argv.slice(2);
const library = name => require(path.join(place, 'node_modules', 'mailauth', 'lib', 'dkim', name));

async function verify(files) {
    const lines = fs.readFileSync(key, 'utf8').trim().split('\n');
    const records = new Map(lines.map(line => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]));
    const resolver = async name => [[records.get(name)]];
    for (const file of files) {
        const { results } = await library('verify').dkimVerify(fs.readFileSync(file), { resolver });
        console.log([file, ...results.map(each => each.status.result)].join(' '));
    }
}

async function sign(type, file, folder) {
    const message = fs.readFileSync(file);
    for (const header of ['simple', 'relaxed']) {
        for (const body of ['simple', 'relaxed']) {
            const { signatures, errors } = await library('sign').dkimSign(message, {
                canonicalization: `${header}/${body}`,
                signTime: Date.now(),
                signatureData: [{ signingDomain: 'example.org', selector: type, privateKey: fs.readFileSync(key, 'utf8') }]
            });
            if (errors.length) {
                throw errors[0];
            }
            fs.writeFileSync(path.join(folder, `${header}-${body}`), Buffer.concat([Buffer.from(signatures), message]));
        }
    }
}

(what === 'verify' ? verify(rest) : sign(...rest)).catch(fault => {
    console.error(fault);
    process.exitCode = 1;
});
