/** The plugin naughty. */
@NullMarked
package org.qpsmtpd.plugin.naughty;

import org.jspecify.annotations.NullMarked;
